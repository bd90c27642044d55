import { GenesisError } from '../errors.ts'
import type { OllamaModel } from '../ollama/model.ts'
import type { OllamaServer } from '../ollama/server.ts'
import type { ModelLocation } from './port.ts'

export interface OllamaRuntimeOptions {
  /** Connects to the server; requests of this connection end when the signal aborts. */
  server: (signal?: AbortSignal) => Promise<OllamaServer>
  /** Milliseconds before a request that failed for the moment is sent again, attempt by attempt. */
  retryDelaysMs?: readonly number[]
}

/** What the server has under the model's name; an error unless that is the very model. */
export async function shownModel(server: OllamaServer, model: ModelLocation): Promise<OllamaModel> {
  const name = model.serverName
  const shown = name === undefined ? null : await server.show(name)
  if (shown === null)
    throw new GenesisError('GI-OLLAMA-MODEL-MISSING', { why: `${server.host} has no ${name ?? model.path ?? 'such model'}` })
  if (shown.digest !== model.digest)
    throw new GenesisError('GI-OLLAMA-FAILED', {
      what: `Ollama has other weights under ${shown.name} than were recorded.`,
      why: `recorded is ${model.digest.slice(0, 12)}, there is ${shown.digest?.slice(0, 12) ?? 'none that it names'}`,
    })
  return shown
}
