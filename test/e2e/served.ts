import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { createInterface } from 'node:readline'
import type { TestContext } from 'node:test'
import type { Home } from '../../src/state/home.ts'
import { startProgram } from './program.ts'
import type { CallOptions } from './program.ts'

export interface Answer {
  status: number
  headers: Record<string, string | string[] | undefined>
  text: string
  json: Record<string, unknown>
}

export interface Sent {
  method?: string
  headers?: Record<string, string>
  /** Sent as JSON unless it is a text or bytes. */
  body?: unknown
}

/** A running `serve` of the built program, at free ports. */
export class Served {
  readonly child
  readonly api: string
  readonly metrics: string

  constructor(child: ReturnType<typeof startProgram>, { api, metrics }: { api: string; metrics: string }) {
    this.child = child
    this.api = api
    this.metrics = metrics
  }

  async ask(path: string, { method = 'GET', headers = {}, body }: Sent = {}, base = this.api): Promise<Answer> {
    const text = body === undefined || typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body)
    const asked = request(base + path, {
      method,
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    })
    asked.end(text)
    const [reply] = (await once(asked, 'response')) as [IncomingMessage]
    const pieces: Buffer[] = []
    for await (const piece of reply) pieces.push(piece as Buffer)
    const said = Buffer.concat(pieces).toString()
    const isJson = reply.headers['content-type']?.startsWith('application/json') ?? false
    return {
      status: reply.statusCode ?? 0,
      headers: reply.headers,
      text: said,
      json: isJson && said !== '' ? (JSON.parse(said) as Answer['json']) : {},
    }
  }

  async post(path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    return await this.ask(path, { method: 'POST', body, headers })
  }

  /** Sends a signal, and gives the exit code. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    const ended = once(this.child, 'close')
    this.child.kill(signal)
    const [code] = (await ended) as [number | null]
    return code
  }
}

/** Serves a home until the test ends. */
export async function serving(test: TestContext, home: Home, options: CallOptions = {}): Promise<Served> {
  const child = startProgram(['serve', '--json', '--home', home.root], options)
  test.after(() => child.kill('SIGKILL'))
  child.stderr.on('data', (text: Buffer) => assert.fail(`serve said: ${text.toString()}`))
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
  return new Served(child, JSON.parse(line) as { api: string; metrics: string })
}

export const errorOf = ({ json }: Answer): { code: string; what: string; remedy: string } => json['error'] as never
