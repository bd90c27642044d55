import { Ollama } from 'ollama'
import type { Message } from 'ollama'
import { GenesisError } from '../errors.ts'
import { networkError, saidError, statusError } from './failures.ts'
import { withTag } from './host.ts'
import { readShown } from './model.ts'
import type { ModelManner, OllamaModel, ShownModel } from './model.ts'
import { uploadBlob } from './upload.ts'

export interface OllamaConnection {
  /** As `ollamaHost` gives it. */
  host: string
  /** For a server, or a proxy before it, that wants a token. */
  apiKey?: string | undefined
  signal?: AbortSignal
}

export interface ChatRequest {
  model: string
  messages: readonly { role: string; content: string }[]
  /** Undefined: not mentioned, for models that can't think and versions that don't know it. */
  think?: boolean | undefined
  options: Record<string, number>
}

export interface ChatAnswer {
  text: string
  doneReason: string | null
  /** Tokens of the prompt as the server counted them; null when it doesn't say. */
  promptTokens: number | null
}

/** Milliseconds that a request may take which needs no model. */
const quickMs = 30_000
const helloMs = 5_000

/** An Ollama server. Every call throws GI-OLLAMA-AWAY, -UNEXPECTED, -DENIED, -BUSY, -NO-ROOM, -FAILED, -REFUSED or GI-INTERRUPTED; none is repeated here. */
export class OllamaServer {
  readonly host: string
  private readonly headers: Record<string, string>
  private readonly signal: AbortSignal | undefined

  constructor({ host, apiKey, signal }: OllamaConnection) {
    this.host = host
    this.headers = apiKey === undefined || apiKey === '' ? {} : { Authorization: `Bearer ${apiKey}` }
    this.signal = signal
  }

  /** For example "0.17.4". */
  async version(): Promise<string> {
    const { version } = await this.asking(async (ollama) => await ollama.version(), helloMs)
    if (typeof version !== 'string' || !/^\d+\.\d+/.test(version))
      throw new GenesisError('GI-OLLAMA-UNEXPECTED', { why: `${this.host} names no version` })
    return version
  }

  /** Names with their tags, and the digests of their manifests: two names with one digest are the same model in every respect. */
  async list(): Promise<{ name: string; digest: string }[]> {
    const { models } = await this.asking(async (ollama) => await ollama.list())
    if (!Array.isArray(models)) throw new GenesisError('GI-OLLAMA-UNEXPECTED', { why: `${this.host} gave no list of models` })
    return models.map(({ name, digest }) => ({ name, digest }))
  }

  /** Null when there is no such model. */
  async show(name: string): Promise<OllamaModel | null> {
    try {
      return readShown(name, (await this.asking(async (ollama) => await ollama.show({ model: name }))) as unknown as ShownModel)
    } catch (error) {
      if (error instanceof GenesisError && error.code === 'GI-OLLAMA-MODEL-MISSING') return null
      throw error
    }
  }

  /** Puts the file there under its digest unless it is there already. */
  async upload(file: string, digest: string): Promise<void> {
    await this.mapped(async () => await uploadBlob({ host: this.host, headers: this.headers, signal: this.signal, file, digest }))
  }

  /** A model from an uploaded file. `from` is never sent: a name that isn't there would be pulled from the network. */
  async create(name: string, digest: string, { template, system, renderer, parser, parameters }: ModelManner): Promise<void> {
    const wanted = Object.fromEntries(Object.entries({ template, system, renderer, parser }).filter(([, value]) => value !== ''))
    const request = { model: name, files: { 'model.gguf': `sha256:${digest}` }, parameters, ...wanted }
    await this.asking(async (ollama) => {
      for await (const _step of await ollama.create({ ...request, stream: true })) continue
    }, null)
  }

  async copy(from: string, to: string): Promise<void> {
    await this.asking(async (ollama) => await ollama.copy({ source: from, destination: to }))
  }

  /** Not being there is as good. */
  async remove(name: string): Promise<void> {
    try {
      await this.asking(async (ollama) => await ollama.delete({ model: name }))
    } catch (error) {
      if (!(error instanceof GenesisError) || error.code !== 'GI-OLLAMA-MODEL-MISSING') throw error
    }
  }

  /** Takes a model out of memory, so that a name which means other weights now answers with those. */
  async unload(name: string): Promise<void> {
    await this.asking(async (ollama) => await ollama.generate({ model: name, prompt: '', keep_alive: 0, stream: false }))
  }

  async chat(asked: ChatRequest): Promise<ChatAnswer> {
    return await this.asking(async (ollama) => {
      let text = ''
      for await (const part of await ollama.chat({ ...requestOf(asked), ...neverCut, stream: true })) {
        text += part.message.content
        if (part.done) return { text, doneReason: part.done_reason ?? null, promptTokens: part.prompt_eval_count ?? null }
      }
      throw new GenesisError('GI-OLLAMA-FAILED', { why: `${this.host} ended an answer before it was done` })
    }, null)
  }

  /** The text that the model would be given; null where the server can't tell (then it answers as always). The model should be loaded: no answer is streamed here. */
  async rendered(asked: ChatRequest): Promise<string | null> {
    const said = (await this.asking(
      async (ollama) => await ollama.chat({ ...requestOf(asked), ...{ _debug_render_only: true }, stream: false }),
      null,
    )) as { _debug_info?: { rendered_template?: unknown } }
    const text = said._debug_info?.rendered_template
    return typeof text === 'string' ? text : null
  }

  private async asking<T>(ask: (ollama: Ollama) => Promise<T>, limitMs: number | null = quickMs): Promise<T> {
    const signals = [this.signal, limitMs === null ? undefined : AbortSignal.timeout(limitMs)].filter((signal) => signal !== undefined)
    return await this.mapped(
      async () =>
        await ask(
          new Ollama({
            host: this.host,
            headers: this.headers,
            fetch: async (input, init) => {
              const own = init?.signal == null ? signals : [...signals, init.signal]
              const response = await fetch(input, {
                ...init,
                redirect: 'error',
                ...(own.length === 0 ? {} : { signal: AbortSignal.any(own) }),
              })
              // The library would print what it makes of an error.
              if (!response.ok) throw statusError(this.host, response.status, errorText(await response.text()))
              return response
            },
          }),
        ),
    )
  }

  private async mapped<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      if (this.signal?.aborted) throw new GenesisError('GI-INTERRUPTED', { cause: error })
      const mapped = networkError(this.host, error)
      if (mapped instanceof GenesisError) throw mapped
      if (error instanceof SyntaxError)
        throw new GenesisError('GI-OLLAMA-UNEXPECTED', { why: `${this.host} did not answer in JSON`, cause: error })
      // What the library makes of an error inside a stream.
      if (error instanceof Error && error.constructor === Error) throw saidError(error.message)
      throw error
    }
  }
}

const requestOf = ({ model, messages, think, options }: ChatRequest) => ({
  ...{ model, messages: [...messages] as Message[], options },
  ...(think === undefined ? {} : { think }),
})

/** Newer servers would otherwise cut a prompt or an answer that does not fit and say nothing; older ones ignore it. */
const neverCut = { truncate: false, shift: false }

/** The message in the body of an error, which is JSON from Ollama and anything from a proxy. */
function errorText(body: string): string {
  try {
    const { error } = JSON.parse(body) as { error?: unknown }
    return typeof error === 'string' ? error : body.slice(0, 300)
  } catch (error) {
    if (error instanceof SyntaxError) return body.slice(0, 300)
    throw error
  }
}

/** The manifest digest of a model in a list; null when it isn't in it. */
export function digestIn(list: readonly { name: string; digest: string }[], name: string): string | null {
  return list.find((listed) => listed.name === withTag(name))?.digest ?? null
}
