import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface DeadlyProxy {
  host: string
  /** At the nth request from now on: before it is passed on, or after its answer came and before it is passed back. */
  killAt(nth: number, moment: 'before' | 'after', kill: () => void): void
  /** Whether it came to that; afterwards everything is passed on again. */
  disarm(): boolean
  close(): Promise<void>
}

/** Passes requests on to a server, and kills who sent them at a given one. */
export async function deadlyProxy(target: string): Promise<DeadlyProxy> {
  let armed: { left: number; moment: 'before' | 'after'; kill: () => void } | null = null
  let killed = false
  const server = createServer((incoming, outgoing) => {
    const isIt = armed !== null && (armed.left -= 1) === 0 ? armed : null
    const strike = (): void => {
      killed = true
      isIt?.kill()
      outgoing.destroy()
    }
    if (isIt?.moment === 'before') return strike()
    const { method, url, headers } = incoming
    const onward = request(`${target}${url ?? ''}`, { method, headers }, (answer) => {
      if (isIt !== null) {
        answer.resume().on('end', strike)
        return
      }
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    onward.on('error', () => outgoing.destroy())
    incoming.pipe(onward)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    host: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    killAt: (nth, moment, kill) => void (armed = { left: nth, moment, kill }),
    disarm: () => {
      const was = killed
      armed = null
      killed = false
      return was
    },
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
