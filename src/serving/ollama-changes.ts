import { GenesisError } from '../errors.ts'
import { readGgufSummary } from '../gguf/summary.ts'
import { withoutTag } from '../ollama/host.ts'
import type { ModelManner } from '../ollama/model.ts'
import { digestIn } from '../ollama/server.ts'
import type { OllamaServer } from '../ollama/server.ts'
import { stopTexts } from './stop-texts.ts'

export type Listed = readonly { name: string; digest: string }[]

/** Uploads and creates; a blob that the server has pruned in between is sent again. What came of it is looked at: "success" is no proof. */
export async function createFrom(server: OllamaServer, name: string, file: string, digest: string, manner: ModelManner): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    await server.upload(file, digest)
    try {
      await server.create(name, digest, manner)
      break
    } catch (error) {
      const pruned = error instanceof GenesisError && /blob.*(?:not found|does not exist)|no such file/i.test(error.why ?? '')
      if (!pruned || attempt > 2) throw error
    }
  }
  const made = await server.show(name)
  if (made?.digest !== digest)
    throw new GenesisError('GI-OLLAMA-FAILED', {
      what: `${name} was created, but ${server.host} has other weights under that name.`,
      why: `sent was ${digest.slice(0, 12)}, there is ${made?.digest?.slice(0, 12) ?? 'nothing'}`,
    })
}

/** One copy is the switch. A name can answer with old weights until the model is unloaded; a question then shows that the new ones load. */
export async function switchTo(server: OllamaServer, list: Listed, from: string, production: string): Promise<void> {
  if (digestIn(list, production) !== digestIn(list, from)) await server.copy(from, production)
  await server.unload(production)
  await server.chat({ model: production, messages: [{ role: 'user', content: 'ping' }], options: { num_predict: 1, temperature: 0 } })
}

/** Copies of what stood under the production name before the first release, oldest first. */
export const originals = (list: Listed, production: string): string[] =>
  list
    .map(({ name }) => withoutTag(name))
    .filter((name) => name.startsWith(`${production}-before-`))
    .sort()

/** What llama.cpp asks a model with that brings no chat template; Ollama by itself would send it the bare question. */
const chatMl = '{{- range .Messages }}<|im_start|>{{ .Role }}\n{{ .Content }}<|im_end|>\n{{ end }}<|im_start|>assistant\n'

/** A base from a file has no manner on the server yet: Ollama takes the chat template from the file; the stops are its own. */
export async function mannerOfFile(file: string): Promise<ModelManner> {
  const { tokenizer, chatTemplate } = await readGgufSummary(file)
  const stops = stopTexts(tokenizer)
  const common = { system: '', renderer: '', parser: '' }
  if (chatTemplate !== null) return { ...common, template: '', parameters: { stop: stops, temperature: 0 } }
  return { ...common, template: chatMl, parameters: { stop: [...new Set([...stops, '<|im_end|>'])], temperature: 0 } }
}
