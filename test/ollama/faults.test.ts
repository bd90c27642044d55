import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, beforeEach, test } from 'node:test'
import { GenesisError } from '../../src/errors.ts'
import type { ErrorCode } from '../../src/errors.ts'
import { serverProblems } from '../../src/ollama/problems.ts'
import { OllamaServer } from '../../src/ollama/server.ts'
import type { Answer, Prompt } from '../../src/runtimes/port.ts'
import { ollamaRuntime } from '../../src/runtimes/ollama.ts'
import { ollamaServing } from '../../src/serving/ollama.ts'
import { digestFile, digestText } from '../../src/state/files.ts'
import { homeAt } from '../../src/state/home.ts'
import { FakeOllama } from '../fakes/fake-ollama.ts'
import { makeArtefact } from '../fakes/release.ts'
import { writeModel } from '../gguf/models.ts'

const root = await mkdtemp(path.join(tmpdir(), 'genesis-ollama-faults-'))
const file = await writeModel(root, 'base', { 'blk.0.attn_q.weight': { shape: [32, 2], values: new Float32Array(64) } })
const base = { path: file, digest: await digestFile(file) }
let fake = new FakeOllama()
const fakes: FakeOllama[] = []
let homes = 0
after(async () => {
  for (const one of fakes) await one.stop()
  await rm(root, { recursive: true, force: true })
})
beforeEach(async () => {
  fake = new FakeOllama()
  fakes.push(fake)
  await fake.start()
})

const connect = (signal?: AbortSignal): Promise<OllamaServer> =>
  Promise.resolve(new OllamaServer({ host: fake.host, ...(signal === undefined ? {} : { signal }) }))
const never = new AbortController().signal
const release = 'genesis-20250101-000000'

function serving(production = 'genesis') {
  const home = homeAt(path.join(root, `home-${(homes += 1)}`))
  return {
    target: ollamaServing({ home, server: connect, production, base: () => Promise.resolve(base) }),
    artefact: async (name: string, content: string) => {
      const directory = path.join(home.cycles, `made-${name}-${content}`)
      await makeArtefact(directory, name, content)
      return directory
    },
  }
}

async function answers(count = 3, retryDelaysMs: readonly number[] = [1, 1, 1], contextLength = 256): Promise<Answer[]> {
  const digest = fake.models.has('staged:latest') ? digestText('weights') : fake.add('staged', 'weights')
  const prompts: Prompt[] = Array.from({ length: count }, (_, index) => ({
    id: `${index}`,
    messages: [{ role: 'user', content: `question ${index}` }],
  }))
  const found: Answer[] = []
  const model = { path: null, serverName: 'staged', digest }
  const decoding = { maxTokens: 8, contextLength, parallel: 2 }
  for await (const answer of ollamaRuntime({ server: connect, retryDelaysMs }).generate(model, prompts, decoding, never)) found.push(answer)
  return found.sort((left, right) => Number(left.id) - Number(right.id))
}

/** The error has this code, says why in words that match, and its remedy names something to type or to change. */
async function refuses(work: () => Promise<unknown>, code: ErrorCode, why: RegExp, remedy: RegExp): Promise<void> {
  await assert.rejects(work, (error: unknown) => {
    assert.ok(error instanceof GenesisError, String(error))
    assert.equal(error.code, code, `${error.what} ${error.why ?? ''}`)
    assert.match(`${error.what} ${error.why ?? ''}`, why)
    assert.match(error.remedy, remedy)
    return true
  })
}

test('a server that is away is told from one that is something else, wants a token, or is too old', async () => {
  const closed = createServer()
  await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve))
  const { port } = closed.address() as AddressInfo
  await new Promise((resolve) => closed.close(resolve))
  const away = new OllamaServer({ host: `http://127.0.0.1:${port}` })
  await refuses(() => away.version(), 'GI-OLLAMA-AWAY', /nothing listens there/, /ollama serve/)
  await refuses(() => new OllamaServer({ host: 'http://no-such-host.invalid:11434' }).list(), 'GI-OLLAMA-AWAY', /no machine/, /OLLAMA_HOST/)

  fake.faults.html = true
  await refuses(async () => (await connect()).version(), 'GI-OLLAMA-UNEXPECTED', /JSON/, /curl HOST\/api\/version/)
  fake.faults.html = false
  for (const status of [401, 403]) {
    fake.faults.status = status
    await refuses(async () => (await connect()).version(), 'GI-OLLAMA-DENIED', new RegExp(String(status)), /OLLAMA_API_KEY/)
  }
  fake.faults.status = 404
  await refuses(async () => (await connect()).version(), 'GI-OLLAMA-UNEXPECTED', /404/, /serving.host/)
  fake.faults.status = null
  assert.deepEqual(await serverProblems(connect), [])
})

test('what answers and speaks no HTTP is no Ollama', async () => {
  const other = createServer(
    (socket) => void socket.on('error', () => undefined).end('220 mail.example.org ESMTP\r\n', () => socket.destroySoon()),
  )
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  const { port } = other.address() as AddressInfo
  try {
    const server = new OllamaServer({ host: `http://127.0.0.1:${port}` })
    await refuses(() => server.version(), 'GI-OLLAMA-UNEXPECTED', /does not speak HTTP/, /curl/)
  } finally {
    await new Promise((resolve) => other.close(resolve))
  }
})

test('an old version is a problem with its number', async () => {
  const [problem] = await serverProblems(() =>
    Promise.resolve(Object.assign(new OllamaServer({ host: fake.host }), { version: () => Promise.resolve('0.5.13') })),
  )
  assert.equal(problem?.code, 'GI-OLLAMA-TOO-OLD')
  assert.match(problem.what, /0\.5\.13/)
})

test('the token is sent with every kind of request, and none without one', async () => {
  const guarded = new OllamaServer({ host: fake.host, apiKey: 'secret' })
  await guarded.version()
  await guarded.upload(file, base.digest)
  await guarded.create('guarded', base.digest, { template: '', system: '', renderer: '', parser: '', parameters: {} })
  await guarded.chat({ model: 'guarded', messages: [{ role: 'user', content: 'hello' }], options: {} })
  assert.equal(fake.asked.length, 5)
  assert.ok(fake.asked.every(({ authorization }) => authorization === 'Bearer secret'))
  await (await connect()).version()
  assert.equal(fake.asked.at(-1)?.authorization, undefined)
})

test('a full queue, a dropped connection, an answer that breaks off and a runner that died are tried again, and no answer is lost', async () => {
  Object.assign(fake.faults, { busy: 2, dropped: 1, unfinished: 1, streamError: 1 })
  const found = await answers(6, [1, 1, 1, 1, 1, 1])
  assert.deepEqual(
    found.map(({ text }) => text),
    Array.from({ length: 6 }, (_, index) => `weights says question ${index}`),
  )
})

test('a server that stays busy ends as temporary; nothing is scored', async () => {
  fake.faults.busy = 1000
  await refuses(() => answers(2, [1, 1]), 'GI-OLLAMA-BUSY', /server busy/, /runtime\.parallel/)
})

test('no room for the model, and a model that goes away meanwhile, are said and not tried again', async () => {
  fake.faults.noRoom = 1
  await refuses(() => answers(1), 'GI-OLLAMA-NO-ROOM', /9\.9 GiB/, /ollama ps/)
  fake.faults.vanished = 1
  await refuses(() => answers(1), 'GI-OLLAMA-MODEL-MISSING', /not found/, /ollama list/)
})

test('other weights under the name are not asked', async () => {
  fake.add('staged', 'weights')
  fake.models.set('staged:latest', { ...fake.models.get('staged:latest')!, blob: 'b'.repeat(64) })
  await refuses(() => answers(1), 'GI-OLLAMA-FAILED', /other weights/, /journalctl/)
  assert.equal(fake.sent('/api/chat').length, 0)
})

test('a prompt that filled the whole context was cut, and its answer is not taken', async () => {
  await refuses(() => answers(1, [], 8), 'GI-PROMPT-TOO-LONG', /item 0/, /runtime\.contextLength/)
})

test('requests are greedy, never cut, as many as configured at a time, and think only where a model can', async () => {
  fake.add('staged', 'weights', { thinks: true })
  await answers(8)
  assert.equal(fake.mostChatting, 2)
  for (const { think, truncate, shift, options, stream } of fake.sent('/api/chat')) {
    assert.deepEqual([think, truncate, shift, stream], [false, false, false, true])
    assert.deepEqual(options, { temperature: 0, seed: 1, top_k: 1, repeat_penalty: 1, num_ctx: 256, num_predict: 8 })
  }
})

test('a blob that the server forgot is sent again', async () => {
  const { target, artefact } = serving()
  await target.offer(base)
  fake.faults.pruned = 1
  await target.stage(release, await artefact(release, 'one'))
  assert.equal((await target.locate(release))?.digest, digestText('one'))
})

test('"success" is not believed: a model that is not there, or has other weights, is an error', async () => {
  for (const fault of ['lyingCreate', 'wrongWeights'] as const) {
    const { target, artefact } = serving()
    await target.offer(base)
    fake.faults[fault] = 1
    await refuses(async () => target.stage(release, await artefact(release, fault)), 'GI-OLLAMA-FAILED', /other weights/, /journalctl/)
    assert.equal(await target.locate(release), null)
  }
})

test('a release takes over how the base is asked: template, system prompt, renderer, parser, parameters; no other model is named', async () => {
  const manner = {
    template: 'T',
    system: 'be brief',
    renderer: 'qwen3',
    parser: 'qwen3',
    parameters: { stop: ['<|im_end|>'], num_ctx: 2048 },
  }
  const digest = fake.add('qwen3:0.6b', 'pulled', manner)
  const home = homeAt(path.join(root, `home-${(homes += 1)}`))
  const pulled = { path: file, digest, serverName: 'qwen3:0.6b' }
  const target = ollamaServing({ home, server: connect, production: 'genesis', base: () => Promise.resolve(pulled) })
  const directory = path.join(home.cycles, 'made')
  await makeArtefact(directory, release, 'one')
  await target.stage(release, directory)
  const { blob: _blob, thinks: _thinks, ...made } = fake.models.get(`${release}:latest`)!
  assert.deepEqual(made, manner)
  for (const body of fake.sent('/api/create')) assert.ok(!('from' in body) && !('adapters' in body))
  assert.ok(!fake.names().includes('genesis-base'), 'a base that is there already is not created again')
})

test('a model of somebody else under the production name is kept under a name of its own, and comes back with the base', async () => {
  const { target, artefact } = serving()
  fake.add('genesis', 'made by hand')
  assert.equal(await target.served(), null)
  await target.stage(release, await artefact(release, 'one'))
  await target.activate(release)
  await target.activate(release)
  assert.deepEqual(fake.names(), ['genesis', 'genesis-20250101-000000', 'genesis-base', 'genesis-before-20250101-000000'])
  await target.activate(null)
  assert.equal(fake.blobs.get(fake.models.get('genesis:latest')!.blob)?.toString(), 'made by hand')
})

test('the name answers with the new weights at once, though the server had the old ones loaded', async () => {
  const { target, artefact } = serving()
  await target.stage(release, await artefact(release, 'one'))
  await target.activate(release)
  const ask = async (): Promise<string> =>
    (await (await connect()).chat({ model: 'genesis', messages: [{ role: 'user', content: 'hello' }], options: {} })).text
  assert.equal(await ask(), 'one says hello')
  const second = 'genesis-20250102-000000'
  await target.stage(second, await artefact(second, 'two'))
  await target.activate(second)
  assert.equal(await ask(), 'two says hello')
})

test('a release of another home on the same server is neither served nor removed by this one', async () => {
  const { target } = serving()
  fake.add(release, 'of another home')
  assert.equal(await target.locate(release), null)
  await target.discard(release)
  assert.ok(fake.names().includes(release))
  await refuses(() => target.activate(release), 'GI-RELEASE-WEIGHTS-GONE', /weights that were recorded/, /kept/)
})
