import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Versions that differ in what matters here: before thinking, with it, and since adapters are refused. */
export type Generation = 'old' | 'middle' | 'new'
const versions: Record<Generation, string> = { old: '0.6.2', middle: '0.17.4', new: '0.34.1' }

interface Model {
  /** Of the file. */
  blob: string
  template: string
  system: string
  parameters: Record<string, unknown>
  renderer: string
  parser: string
  thinks: boolean
}

/** What goes wrong, each as often as its number says. */
export interface Faults {
  /** 503 to a chat. */
  busy: number
  /** The connection breaks off in the middle of an answer. */
  dropped: number
  /** An answer ends without the line that says it is done. */
  unfinished: number
  /** {"error"} inside the stream of an answer that began with 200. */
  streamError: number
  /** 500 with llama.cpp's words for too little memory. */
  noRoom: number
  /** Uploaded blobs are forgotten before they are used, as a restart does it. */
  pruned: number
  /** "success" without a model. */
  lyingCreate: number
  /** "success" with the wrong weights. */
  wrongWeights: number
  /** The model is not in the list any more when it is asked. */
  vanished: number
  /** Every request is answered with this status instead. */
  status: number | null
  /** Answers are HTML. */
  html: boolean
}

const flawless: Faults = {
  ...{ busy: 0, dropped: 0, unfinished: 0, streamError: 0, noRoom: 0, pruned: 0, lyingCreate: 0, wrongWeights: 0, vanished: 0 },
  ...{ status: null, html: false },
}

export interface Asked {
  path: string
  body: Record<string, unknown>
  authorization: string | undefined
}

/** A small real Ollama: HTTP, blobs, manifests, a model that stays loaded under its name, and an answer that `mind` thinks of. */
export class FakeOllama {
  readonly blobs = new Map<string, Buffer>()
  readonly models = new Map<string, Model>()
  readonly asked: Asked[] = []
  readonly faults: Faults = { ...flawless }
  generation: Generation = 'middle'
  mind: (question: string, content: string) => string = (question, content) => `${content} says ${question}`
  /** What a loaded name answers with, until it is unloaded. */
  private readonly loaded = new Map<string, string>()
  private readonly server = createServer((request, response) => void this.handle(request, response))
  chatting = 0
  mostChatting = 0

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve))
    return this.host
  }

  get host(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections()
    await new Promise((resolve) => this.server.close(resolve))
  }

  /** Puts a model there as if someone had pulled it. */
  add(name: string, content: string, more: Partial<Model> = {}): string {
    const blob = digestOf(Buffer.from(content))
    this.blobs.set(blob, Buffer.from(content))
    this.models.set(tagged(name), { ...plain, ...more, blob })
    return blob
  }

  names(): string[] {
    return [...this.models.keys()].map((name) => name.replace(/:latest$/, '')).sort()
  }

  /** Everything sent to a path. */
  sent(path: string): Record<string, unknown>[] {
    return this.asked.filter((one) => one.path === path).map(({ body }) => body)
  }

  private once(fault: { [Name in keyof Faults]: Faults[Name] extends number ? Name : never }[keyof Faults]): boolean {
    if (this.faults[fault] <= 0) return false
    this.faults[fault] -= 1
    return true
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = request.url ?? ''
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const raw = Buffer.concat(chunks)
    const isBlob = url.startsWith('/api/blobs/')
    const body = isBlob || raw.length === 0 ? {} : (JSON.parse(raw.toString()) as Record<string, unknown>)
    this.asked.push({ path: url, body, authorization: request.headers.authorization })
    if (this.faults.status !== null) return json(response, this.faults.status, { error: `status ${this.faults.status}` })
    if (this.faults.html) return void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>router</html>')
    if (isBlob) return this.blob(request, response, url.slice('/api/blobs/sha256:'.length), raw)
    const name = text(body['model'] ?? body['name'])
    switch (url) {
      case '/api/version':
        return json(response, 200, { version: versions[this.generation] })
      case '/api/tags':
        return json(response, 200, {
          models: [...this.models].map(([tag, model]) => ({ name: tag, model: tag, digest: manifestOf(model) })),
        })
      case '/api/show':
        return this.show(response, name)
      case '/api/create':
        return this.create(response, name, body)
      case '/api/copy':
        return this.copy(response, String(body['source']), String(body['destination']))
      case '/api/delete':
        if (!this.models.delete(tagged(name))) return json(response, 404, { error: `model '${name}' not found` })
        return json(response, 200, {})
      case '/api/generate':
        if (!this.models.has(tagged(name))) return json(response, 404, { error: `model '${name}' not found` })
        if (body['keep_alive'] === 0) this.loaded.delete(tagged(name))
        return json(response, 200, { model: name, response: '', done: true, done_reason: 'unload' })
      case '/api/chat':
        return await this.chat(response, name, body)
      default:
        return void response.writeHead(404, { 'content-type': 'text/plain' }).end('404 page not found')
    }
  }

  private blob(request: IncomingMessage, response: ServerResponse, digest: string, content: Buffer): void {
    if (request.method === 'HEAD') return void response.writeHead(this.blobs.has(digest) ? 200 : 404).end()
    if (digestOf(content) !== digest) return json(response, 400, { error: 'digest mismatch' })
    this.blobs.set(digest, content)
    response.writeHead(201).end()
  }

  private show(response: ServerResponse, name: string): void {
    const model = this.models.get(tagged(name))
    if (model === undefined) return json(response, 404, { error: `model '${name}' not found` })
    json(response, 200, {
      modelfile: `# Modelfile generated by "ollama show"\nFROM /elsewhere/blobs/sha256-${model.blob}\nTEMPLATE """${model.template}"""\n`,
      parameters: Object.entries(model.parameters)
        .flatMap(([key, value]) =>
          [value].flat().map((one) => `${key.padEnd(30)} ${typeof one === 'string' ? JSON.stringify(one) : String(one)}`),
        )
        .join('\n'),
      ...{ template: model.template, system: model.system, renderer: model.renderer, parser: model.parser, model_info: {} },
      ...(this.generation === 'old' ? {} : { capabilities: ['completion', ...(model.thinks ? ['thinking'] : [])] }),
    })
  }

  private create(response: ServerResponse, name: string, body: Record<string, unknown>): void {
    if (body['from'] !== undefined) return json(response, 500, { error: 'pulling from the network is not what was wanted' })
    if (body['adapters'] !== undefined && this.generation === 'new')
      return json(response, 400, { error: 'LoRA adapters are no longer supported' })
    response.writeHead(200, { 'content-type': 'application/x-ndjson' })
    const say = (line: object): unknown => response.write(`${JSON.stringify(line)}\n`)
    say({ status: 'parsing GGUF' })
    const files = Object.values((body['files'] ?? {}) as Record<string, string>)
    let blob = files[0]?.replace('sha256:', '') ?? ''
    if (this.once('pruned')) this.blobs.delete(blob)
    if (!this.blobs.has(blob)) {
      say({ error: `stat blobs/sha256-${blob}: no such file or directory` })
      return void response.end()
    }
    if (this.once('wrongWeights')) blob = this.add('wrong', 'wrong')
    if (!this.once('lyingCreate'))
      this.models.set(tagged(name), {
        ...{ blob, template: text(body['template'], 'from the file'), system: text(body['system']) },
        ...{ renderer: text(body['renderer']), parser: text(body['parser']) },
        ...{ parameters: (body['parameters'] ?? {}) as Record<string, unknown>, thinks: false },
      })
    say({ status: 'success' })
    response.end()
  }

  private copy(response: ServerResponse, source: string, destination: string): void {
    const model = this.models.get(tagged(source))
    if (model === undefined) return json(response, 404, { error: `model '${source}' not found` })
    this.models.set(tagged(destination), model)
    json(response, 200, {})
  }

  private async chat(response: ServerResponse, name: string, body: Record<string, unknown>): Promise<void> {
    if (this.once('vanished')) this.models.delete(tagged(name))
    const model = this.models.get(tagged(name))
    if (model === undefined) return json(response, 404, { error: `model '${name}' not found` })
    if (this.once('busy')) return json(response, 503, { error: 'server busy, please try again.  maximum pending requests exceeded' })
    if (this.once('noRoom'))
      return json(response, 500, { error: 'model requires more system memory (9.9 GiB) than is available (1.0 GiB)' })
    if (body['think'] !== undefined && !model.thinks && this.generation !== 'old')
      return json(response, 400, { error: `"${name}" does not support thinking` })
    if (!this.loaded.has(tagged(name))) this.loaded.set(tagged(name), model.blob)
    if (body['_debug_render_only'] === true && this.generation !== 'old')
      return json(response, 200, { model: name, created_at: '', _debug_info: { rendered_template: renderedOf(body) } })
    const question = (body['messages'] as { content: string }[]).at(-1)?.content ?? ''
    this.chatting += 1
    this.mostChatting = Math.max(this.mostChatting, this.chatting)
    // Thinking takes a moment.
    await new Promise((resolve) => setTimeout(resolve, 3))
    const content = this.blobs.get(this.loaded.get(tagged(name)) ?? '')?.toString() ?? ''
    const answer = this.mind(question, content)
    const promptTokens = Math.min(Number((body['options'] as Record<string, unknown> | undefined)?.['num_ctx'] ?? 4096), question.length)
    if (body['stream'] === false)
      return json(response, 200, { model: name, created_at: '', message: { role: 'assistant', content: answer }, done: true })
    response.writeHead(200, { 'content-type': 'application/x-ndjson' })
    const say = (line: object): unknown => response.write(`${JSON.stringify({ model: name, created_at: '', ...line })}\n`)
    this.chatting -= 1
    say({ message: { role: 'assistant', content: answer.slice(0, 2) }, done: false })
    if (this.once('dropped')) return void response.destroy()
    if (this.once('streamError')) {
      response.write(`${JSON.stringify({ error: 'llama runner process has terminated: signal: killed' })}\n`)
      return void response.end()
    }
    say({ message: { role: 'assistant', content: answer.slice(2) }, done: false })
    if (!this.once('unfinished'))
      say({ message: { role: 'assistant', content: '' }, done: true, done_reason: 'stop', prompt_eval_count: promptTokens })
    response.end()
  }
}

/** A template that puts nothing around messages. */
const renderedOf = (body: Record<string, unknown>): string =>
  (body['messages'] as { content: string }[]).map(({ content }) => content).join('\n')
const text = (value: unknown, fallback = ''): string => (typeof value === 'string' ? value : fallback)
const plain = { template: '{{ .Prompt }}', system: '', parameters: {}, renderer: '', parser: '', thinks: false }
const tagged = (name: string): string => (name.includes(':') ? name : `${name}:latest`)
const digestOf = (content: Buffer): string => createHash('sha256').update(content).digest('hex')
const manifestOf = (model: Model): string => digestOf(Buffer.from(JSON.stringify(model)))

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
