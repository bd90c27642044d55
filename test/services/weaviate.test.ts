import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import path from 'node:path'
import { after, test } from 'node:test'
import weaviate from 'weaviate-client'
import { Config } from '../../src/config/schema.ts'
import { openWeaviateCorpus } from '../../src/corpora/weaviate.ts'
import type { CorpusEntry } from '../../src/corpora/port.ts'
import { pushCorpus } from '../../src/corpora/push.ts'
import { writeEntries } from '../../src/corpora/weaviate-write.ts'
import type { WeaviateSettings } from '../../src/corpora/weaviate-connection.ts'
import { describeCorpus, readAll } from '../contract/corpus-contract.ts'
import { startWeaviate, workplace } from './servers.ts'

const server = await startWeaviate()
const client = await weaviate.connectToCustom({
  ...{ httpHost: '127.0.0.1', httpPort: server.port, httpSecure: false },
  ...{ grpcHost: '127.0.0.1', grpcPort: server.grpcPort, grpcSecure: false },
})
after(() => client.close())

let collections = 0
const newName = (): string => `Corpus${(collections += 1)}`
const uuidOf = (index: number): string => `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`

function settingsFor(collection: string, more: Partial<WeaviateSettings> = {}): WeaviateSettings & { file: string } {
  const { corpus } = Config.parse({ corpus: { kind: 'weaviate', port: server.port, grpcPort: server.grpcPort, collection } })
  return { ...corpus, file: '', ...more }
}

async function makeCollection(name: string, properties = ['prompt', 'answer', 'category'], tenants = false): Promise<void> {
  await client.collections.create({
    name,
    properties: properties.map((property) => ({ name: property, dataType: weaviate.configure.dataType.TEXT })),
    vectorizers: weaviate.configure.vectors.none(),
    ...(tenants ? { multiTenancy: weaviate.configure.multiTenancy({ enabled: true, autoTenantCreation: true }) } : {}),
  })
}

async function insert(name: string, objects: { id: string; properties: Record<string, string> }[]): Promise<void> {
  const { hasErrors } = await client.collections.use(name).data.insertMany(objects)
  assert.equal(hasErrors, false)
}

const propertiesOf = ({ input, output, category }: CorpusEntry): Record<string, string> => ({ prompt: input, answer: output, category })

describeCorpus('weaviate', {
  idOf: (index) => uuidOf(10 * index),
  async holding(entries, unusable) {
    const name = newName()
    await makeCollection(name)
    const broken = Array.from({ length: unusable }, (_, index) => ({ id: uuidOf(10 * index + 1), properties: { prompt: 'no answer' } }))
    await insert(name, [...entries.map((entry, index) => ({ id: uuidOf(10 * index), properties: propertiesOf(entry) })), ...broken])
    return openWeaviateCorpus(settingsFor(name))
  },
  async empty() {
    const name = newName()
    await makeCollection(name)
    return openWeaviateCorpus(settingsFor(name))
  },
  unreadable: () => Promise.resolve(openWeaviateCorpus(settingsFor('Missing'))),
})

test('each cause has a message of its own: HTTP, gRPC, the collection, a property, a tenant', async () => {
  const name = newName()
  await makeCollection(name, ['question', 'category'])
  const withTenants = newName()
  await makeCollection(withTenants, undefined, true)
  for (const [settings, code, what, remedy] of [
    [settingsFor(name, { port: 1025 }), 'GI-CORPUS-AWAY', /does not answer over HTTP at http:\/\/127\.0\.0\.1:1025/, /corpus\.port/],
    [settingsFor(name, { secure: true }), 'GI-CORPUS-AWAY', /over HTTP at https/, /corpus\.secure/],
    [settingsFor('Missing'), 'GI-CORPUS-UNREADABLE', /no collection Missing/, /genesis-improve corpus push/],
    [
      settingsFor(name),
      'GI-CORPUS-UNREADABLE',
      /no property prompt and no property answer\. \(it has question, category\)/,
      /corpus\.fields/,
    ],
    [settingsFor(withTenants), 'GI-CORPUS-UNREADABLE', /has tenants/, /corpus\.tenant/],
    [
      settingsFor(name, { grpcPort: 1025, fields: { input: 'question', output: 'category', category: 'category' } }),
      'GI-CORPUS-AWAY',
      /not over gRPC at 127\.0\.0\.1:1025/,
      /50051/,
    ],
  ] as const) {
    const [problem] = await openWeaviateCorpus(settings).preflight()
    assert.equal(problem?.code, code)
    assert.match(problem.what, what)
    assert.match(problem.remedy, remedy)
    await assert.rejects(readAll(openWeaviateCorpus(settings)), { code })
  }
})

test('a server with keys: none, a wrong one and the right one', async () => {
  const locked = await startWeaviate({
    ...{ AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED: 'false', AUTHENTICATION_APIKEY_ENABLED: 'true' },
    ...{ AUTHENTICATION_APIKEY_ALLOWED_KEYS: 'right', AUTHENTICATION_APIKEY_USERS: 'me' },
  })
  const settings = settingsFor('Locked', { port: locked.port, grpcPort: locked.grpcPort })
  const file = path.join(workplace, 'locked.jsonl')
  await writeFile(file, '{"input":"a","output":"b"}\n')
  assert.equal((await pushCorpus(file, { ...settings, apiKey: 'right' }, () => undefined)).written, 1)
  assert.match((await openWeaviateCorpus(settings).preflight())[0]?.what ?? '', /wants an API key/)
  assert.match((await openWeaviateCorpus({ ...settings, apiKey: 'wrong' }).preflight())[0]?.what ?? '', /refuses the API key/)
  assert.equal((await readAll(openWeaviateCorpus({ ...settings, apiKey: 'right' }))).entries.length, 1)
  await locked.stop()
})

test('what is pushed comes back, once however often it is pushed, also for a tenant', async () => {
  const file = path.join(workplace, 'push.jsonl')
  const lines = Array.from({ length: 1234 }, (_, index) =>
    JSON.stringify({ input: `question ${index}`, output: `answer ${index}`, category: 'c' }),
  )
  await writeFile(file, [...lines, '{"input":"no answer"}', 'broken'].join('\n'))
  for (const more of [{}, { tenant: 'team' }]) {
    const settings = settingsFor(newName(), more)
    const pushed = await pushCorpus(file, settings, () => undefined)
    assert.deepEqual(
      [pushed.created, pushed.written, Object.values(pushed.skipped).reduce((sum, count) => sum + count, 0)],
      [true, 1234, 2],
    )
    assert.equal((await pushCorpus(file, settings, () => undefined)).created, false)
    const { entries } = await readAll(openWeaviateCorpus(settings))
    assert.deepEqual(entries.map(({ input }) => input).sort(), lines.map((line) => (JSON.parse(line) as CorpusEntry).input).sort())
    assert.deepEqual(
      entries.map(({ id }) => id),
      entries.map(({ id }) => id).sort(),
    )
  }
})

test('what is written back is replaced when it is written again, and reads as any entry', async () => {
  const settings = settingsFor(newName())
  const corpus = openWeaviateCorpus(settings)
  const entries = [{ id: 'learning one', input: 'What?', output: 'This.', category: 'fixing' }]
  await corpus.write?.(entries)
  await corpus.write?.([{ ...entries[0], id: 'learning one', input: 'What?', output: 'That.', category: 'fixing' }])
  assert.deepEqual(
    (await readAll(corpus)).entries.map(({ input, output }) => [input, output]),
    [['What?', 'That.']],
  )
  await assert.rejects(openWeaviateCorpus({ ...settings, grpcPort: 1025 }).write?.(entries) ?? Promise.resolve(), {
    code: 'GI-CORPUS-AWAY',
  })
})

test('100,000 objects are streamed: every one once, in bounded memory', async () => {
  const name = newName()
  const settings = settingsFor(name)
  const many = function* (): Generator<CorpusEntry> {
    for (let index = 0; index < 100_000; index += 1)
      yield { id: `entry ${index}`, input: `question ${index} ${'about something '.repeat(20)}`, output: `answer ${index}`, category: 'c' }
  }
  await writeEntries(settings, many())
  const seen = new Set<string>()
  const before = process.memoryUsage().rss
  let most = 0
  for await (const { id } of openWeaviateCorpus(settings).read(assert.fail)) {
    seen.add(id)
    if (seen.size % 10_000 === 0) most = Math.max(most, process.memoryUsage().rss - before)
  }
  assert.equal(seen.size, 100_000)
  // The texts alone are 36 MB; the ids that are kept here about 10.
  assert.ok(most < 150 << 20, `${Math.round(most / (1 << 20))} MB`)
})

test('a read that breaks midway goes on where it was: nothing is missing and nothing comes twice', async () => {
  const name = newName()
  await makeCollection(name)
  for (let start = 0; start < 3500; start += 500)
    await insert(
      name,
      Array.from({ length: 500 }, (_, index) => ({ id: uuidOf(start + index), properties: { prompt: `q ${start + index}`, answer: 'a' } })),
    )
  const proxy = await droppable(server.grpcPort)
  const ids: string[] = []
  for await (const { id } of openWeaviateCorpus(settingsFor(name, { grpcPort: proxy.port })).read(assert.fail)) {
    ids.push(id)
    if (ids.length === 1500 || ids.length === 2900) proxy.dropAll()
  }
  proxy.close()
  assert.deepEqual(
    ids,
    Array.from({ length: 3500 }, (_, index) => uuidOf(index)),
  )
})

/** Passes bytes on to a port, until its connections are dropped. */
async function droppable(target: number): Promise<{ port: number; dropAll: () => void; close: () => void }> {
  const sockets = new Set<Socket>()
  const proxy = createServer((socket) => {
    const onward = connect(target, '127.0.0.1')
    for (const one of [socket, onward]) {
      sockets.add(one)
      one.on('error', () => undefined).on('close', () => sockets.delete(one))
    }
    socket.pipe(onward).pipe(socket)
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  const dropAll = (): void => sockets.forEach((socket) => socket.destroy())
  const close = (): void => {
    dropAll()
    proxy.close()
  }
  return { port: (proxy.address() as AddressInfo).port, dropAll, close }
}
