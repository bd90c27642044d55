import { createServer, request } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export const misdeeds = ['hang', 'reset', 'garbage', 'another shape', '500', 'break off'] as const
export type Misdeed = (typeof misdeeds)[number]

/** Stands between the program and its server, passes everything on, and misbehaves at the request that it is told. */
export class UnrulyProxy {
  /** Address of the server behind it. */
  target = ''
  requests = 0
  private struck: () => void = () => undefined
  private misdeed: Misdeed | null = null
  private at = 0
  private readonly server = createServer((asked, answer) => this.handle(asked, answer))

  async start(): Promise<string> {
    // A connection that is closed while a request is on its way is a misdeed too, and must not come by itself.
    this.server.keepAliveTimeout = 600_000
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections()
    await new Promise((resolve) => this.server.close(resolve))
  }

  /** Counts requests from here, and misbehaves at one of them; null passes everything on. */
  arm(misdeed: Misdeed | null, at = 0, struck: () => void = () => undefined): void {
    Object.assign(this, { requests: 0, misdeed, at, struck })
  }

  private handle(asked: IncomingMessage, answer: ServerResponse): void {
    this.requests += 1
    if (this.misdeed === null || this.requests !== this.at) return this.passOn(asked, answer)
    this.struck()
    switch (this.misdeed) {
      case 'hang':
        return
      case 'reset':
        return void asked.socket.resetAndDestroy()
      case 'garbage':
        return void answer.writeHead(200, { 'content-type': 'text/html' }).end('<html>starting\0 up</html>')
      case 'another shape':
        return void answer.writeHead(200, { 'content-type': 'application/json' }).end('{"models":7,"message":[],"details":"none"}')
      case '500':
        return void answer.writeHead(500).end('{"error":"unexpected"}')
      case 'break off':
        answer.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' }).write('{"mod')
        return void setTimeout(() => answer.destroy(), 5)
    }
  }

  private passOn(asked: IncomingMessage, answer: ServerResponse): void {
    const passed = request(this.target + (asked.url ?? ''), { method: asked.method, headers: asked.headers, agent: false }, (said) => {
      answer.writeHead(said.statusCode ?? 500, said.headers)
      said.pipe(answer)
    })
    // Whoever asked, or the server, has gone: the other hears of it.
    passed.on('error', () => answer.destroy())
    asked.on('error', () => passed.destroy())
    asked.pipe(passed)
  }
}
