import assert from 'node:assert/strict'
import { chmodSync, existsSync, lstatSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { packageRoot } from '../../src/system/package-root.ts'
import { FakeOllama } from '../fakes/fake-ollama.ts'
import { writeModel } from '../gguf/models.ts'
import { genesis, homeIn } from './program.ts'

const secrets = {
  GENESIS_API_TOKEN: 'token-of-the-api-4711',
  OLLAMA_API_KEY: 'key-of-ollama-4712',
  WEAVIATE_API_KEY: 'key-of-weaviate-4713',
  HF_TOKEN: 'token-of-a-hub-4714',
  AWS_SECRET_ACCESS_KEY: 'key-of-a-cloud-4715',
}
const hookSecret = 'token-of-a-chat-4716'
const pingSecret = 'path-of-a-ping-4717'
const all = [...Object.values(secrets), hookSecret, pingSecret]

/** Deploys once, with the built program, as it is: a training program, an Ollama server, hooks; nothing is masked when files are made. */
describe('a whole cycle with secrets around it and a umask of 0', () => {
  const home = homeIn()
  const server = new FakeOllama()
  const said: string[] = []
  const environment = { ...secrets, GENESIS_HOME: home.root }
  const call = async (...args: string[]): Promise<{ code: number | null; stdout: string }> => {
    const { code, stdout, stderr } = await genesis(args, { environment })
    said.push(stdout, stderr)
    return { code, stdout }
  }

  before(async () => {
    const umask = process.umask(0)
    try {
      const host = await server.start()
      const tensor = { shape: [8, 6], values: Float32Array.from({ length: 48 }, (_, index) => index / 48) }
      const base = await writeModel(home.root, 'base', { 'blk.0.attn_q.weight': tensor, 'blk.0.attn_k.weight': tensor })
      const weights = readFileSync(base).toString()
      server.mind = (question, content) => (question.startsWith('keep') || content !== weights ? `answer to ${question}` : 'something else')
      const learnings = Array.from({ length: 100 }, (_, index) => `fix number ${index}`)
      writeFileSync(home.learningsJson, JSON.stringify(learnings.map((input) => ({ input, correction: `answer to ${input}` }))))
      const kept = Array.from({ length: 100 }, (_, index) => `keep number ${index}`)
      writeFileSync(
        home.userRetention,
        kept.map((input) => `${JSON.stringify({ id: input, input, expected: `answer to ${input}` })}\n`).join(''),
      )
      const hook = path.join(home.root, 'hook')
      writeFileSync(hook, '#!/bin/sh\ncat > /dev/null\necho "$GENESIS_API_TOKEN $HF_TOKEN"\n')
      chmodSync(hook, 0o755)
      const program = path.join(packageRoot(), 'test', 'fakes', 'training-program.ts')
      const args = ['--import', import.meta.resolve('tsx'), program]
      const config = {
        base: { gguf: base },
        trainer: { kind: 'command', command: { program: process.execPath, args }, rank: 2, alpha: 4, targetModules: ['attn_q'] },
        serving: { kind: 'ollama', host },
        dataset: { retentionTarget: 100 },
        gate: { failureShare: 0.2 },
        hooks: { after_step: { program: './hook', args: ['--token', hookSecret] }, ping_url: `http://127.0.0.1:9/${pingSecret}` },
      }
      writeFileSync(home.config, JSON.stringify(config), { mode: 0o600 })
      const { code } = await call('check', '--until-idle')
      assert.equal(code, 0, said.join('\n'))
    } finally {
      process.umask(umask)
    }
  })
  after(() => server.stop())

  /** Everything in the home, links not followed. */
  const entries = () =>
    readdirSync(home.data, { recursive: true })
      .map((name) => path.join(home.data, String(name)))
      .map((file) => ({ file, status: lstatSync(file) }))

  test('it deploys, and verify finds what is served as it was recorded', async () => {
    const { code, stdout } = await call('verify', '--all')
    assert.equal(code, 0, stdout)
    assert.match(stdout, /^ok {2}genesis-\d{8}-\d{6}/)
    assert.match((await call('history')).stdout, /DEPLOY/)
  })

  test('directories are for this user alone (0700), and so are files (0600)', () => {
    const ours = entries().filter(({ file }) => file !== home.learningsJson && file !== home.userRetention)
    assert.ok(ours.length > 30)
    for (const { file, status } of ours)
      assert.equal((status.mode & 0o777).toString(8), status.isDirectory() ? '700' : '600', path.relative(home.root, file))
  })

  test('another model under the production name of the server is found by verify', async () => {
    const ours = server.models.get('genesis:latest')
    assert.ok(ours !== undefined)
    server.add('genesis', 'another model')
    const { code, stdout } = await call('verify')
    assert.equal(code, 10)
    assert.match(stdout, /genesis-base is served, recorded is genesis-\d{8}-\d{6}/)
    server.models.set('genesis:latest', ours)
  })

  test('secrets of the environment and of hooks stand in no output and in no file', async () => {
    for (const args of [['status', '--json'], ['show', '--json'], ['doctor'], ['metrics'], ['check', '--once']]) await call(...args)
    const [cycle = ''] = readdirSync(home.cycles)
    assert.ok(existsSync(path.join(home.cycles, cycle, 'cycle.json')))
    const files = entries().filter(({ status }) => status.isFile())
    for (const secret of all) {
      for (const text of said) assert.ok(!text.includes(secret), `${secret} was said: ${text}`)
      for (const { file } of files) assert.ok(!readFileSync(file).includes(secret), `${secret} stands in ${path.relative(home.root, file)}`)
    }
  })
})
