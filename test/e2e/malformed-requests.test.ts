import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { once } from 'node:events'
import { test } from 'node:test'
import { damagedRequests, wrongRequests } from './malformed-requests.ts'
import { temporaryHome } from './program.ts'
import { serving } from './served.ts'
import type { Served } from './served.ts'

const portOf = ({ api }: Served): number => Number(new URL(api).port)
const residentBytes = ({ child }: Served): number =>
  1024 * Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1])

/** Sends bytes and ends; gives all that comes back, "" when the connection is closed without a word. */
async function answerTo(port: number, bytes: Buffer): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  let said = ''
  socket.setEncoding('latin1').on('data', (text: string) => (said += text))
  socket.on('error', () => undefined)
  socket.end(bytes)
  await closed(socket)
  return said
}

/** Also when it was reset. */
const closed = async (socket: Socket): Promise<void> => {
  if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve))
}

const statusesIn = (said: string): number[] => [...said.matchAll(/^HTTP\/1\.1 (\d{3}) /gm)].map(([, status]) => Number(status))

async function inLanes<Item>(items: readonly Item[], lanes: number, work: (item: Item) => Promise<void>): Promise<void> {
  const rest = [...items]
  const lane = async (): Promise<void> => {
    for (let item = rest.shift(); item !== undefined; item = rest.shift()) await work(item)
  }
  await Promise.all(Array.from({ length: lanes }, lane))
}

/** Clients that have begun a request and say no more. */
async function slowClients(port: number, count: number): Promise<Socket[]> {
  const begun = [
    `GET /healthz HTTP/1.1\r\nHost: lo`,
    `POST /api/v1/genesis/learnings HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{`,
    '',
  ]
  return await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const socket = connect(port, '127.0.0.1')
      socket.on('error', () => undefined)
      await once(socket, 'connect')
      socket.write(begun[index % begun.length] ?? '')
      return socket
    }),
  )
}

test('1,000 malformed requests over sockets give 4xx or a closed connection, never 5xx, beside clients that stay silent; memory stays flat', async (t) => {
  const served = await serving(t, temporaryHome(t, { config: { server: { port: 0, metricsPort: 0 } } }))
  const port = portOf(served)
  const wrong = async (bytes: Buffer): Promise<void> => {
    const statuses = statusesIn(await answerTo(port, bytes))
    assert.ok(
      statuses.every((status) => status >= 400 && status < 500),
      `${statuses.join()} to ${JSON.stringify(bytes.toString('latin1', 0, 300))}`,
    )
  }
  const damaged = async (bytes: Buffer): Promise<void> => {
    const statuses = statusesIn(await answerTo(port, bytes))
    assert.ok(
      statuses.every((status) => status < 500),
      `${statuses.join()} to ${JSON.stringify(bytes.toString('latin1', 0, 300))}`,
    )
  }
  // The first time everything is new: code is compiled, caches fill.
  await inLanes(wrongRequests, 16, wrong)
  const before = residentBytes(served)
  const silent = await slowClients(port, 60)
  await inLanes(wrongRequests, 16, wrong)
  await inLanes(damagedRequests(1000 - wrongRequests.length, 1), 16, damaged)
  assert.equal((await served.ask('/healthz')).status, 200)
  const grownBytes = residentBytes(served) - before
  for (const socket of silent) socket.destroy()
  t.diagnostic(
    `${wrongRequests.length} of 1000 are surely wrong; ${(before / 1e6).toFixed(0)} MB resident before, ${(grownBytes / 1e6).toFixed(0)} MB more after`,
  )
  assert.ok(grownBytes < 50e6, `${grownBytes} bytes more are resident`)
})

test('more connections than it can serve are turned away, and it goes on', async (t) => {
  const served = await serving(t, temporaryHome(t, { config: { server: { port: 0, metricsPort: 0 } } }))
  const silent = await slowClients(portOf(served), 500)
  const [turnedAway] = await slowClients(portOf(served), 1)
  await closed(turnedAway ?? assert.fail())
  for (const socket of silent) socket.destroy()
  await Promise.all(silent.map(closed))
  assert.equal((await served.ask('/healthz')).status, 200)
})
