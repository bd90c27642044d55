import assert from 'node:assert/strict'
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import type { TestContext } from 'node:test'
import { packageRoot } from '../../src/system/package-root.ts'
import { FakeOllama } from '../fakes/fake-ollama.ts'
import { failing, genesis, genesisJson, temporaryDirectory } from './program.ts'

const demoBase = path.join(packageRoot(), 'data', 'demo', 'base-f16.gguf')

/** No test meets an Ollama that happens to run on this machine: nothing listens on the discard port. */
const nowhere = { environment: { OLLAMA_HOST: '127.0.0.1:9' } }

const configOf = (directory: string): unknown => JSON.parse(readFileSync(path.join(directory, 'genesis-improve.config.json'), 'utf8'))

/** A fake Ollama with models whose blobs lie in its directory, and what a call needs to find it. */
async function ollamaWith(t: TestContext, models: Record<string, string>) {
  const server = new FakeOllama()
  const host = await server.start()
  t.after(() => server.stop())
  const directory = temporaryDirectory(t)
  mkdirSync(path.join(directory, 'blobs'))
  for (const [name, file] of Object.entries(models)) {
    const blob = server.add(name, readFileSync(file, 'latin1'))
    copyFileSync(file, path.join(directory, 'blobs', `sha256-${blob}`))
  }
  return { server, environment: { OLLAMA_HOST: host, OLLAMA_MODELS: directory } }
}

describe('init --base', () => {
  test('with a GGUF file elsewhere makes the home with its absolute path, and says what to do next', async (t) => {
    const home = path.join(temporaryDirectory(t), 'a', 'home')
    const { code, stdout } = await genesis(['init', '--base', demoBase, '--home', home])
    assert.equal(code, 0)
    assert.match(stdout, /is a home with the base .* \(qwen3, F16\)/)
    for (const next of ['engine install', 'learn', 'status', 'check --until-idle'])
      assert.ok(stdout.includes(`genesis-improve ${next}`), next)
    assert.deepEqual(configOf(home), { base: { gguf: demoBase } })
    assert.equal((await genesisJson(['status', '--home', home]))['current_model'], 'genesis-base')
  })

  test('with a file inside the home keeps the path relative, so that the home can be moved', async (t) => {
    const home = temporaryDirectory(t)
    mkdirSync(path.join(home, 'models'))
    copyFileSync(demoBase, path.join(home, 'models', 'base.gguf'))
    const made = await genesisJson(['init', '--base', 'models/base.gguf', '--home', home], { directory: home })
    assert.equal(made['home'], home)
    assert.deepEqual(configOf(home), { base: { gguf: 'models/base.gguf' } })
  })

  const whole = readFileSync(demoBase)
  for (const [what, content, errorCode] of [
    ['is missing', null, 'GI-GGUF-UNREADABLE'],
    ['is not GGUF', 'PK\u0003\u0004 something else, long enough to hold a header', 'GI-GGUF-INVALID'],
    ['is empty', '', 'GI-GGUF-INVALID'],
    ['is truncated in its header', whole.subarray(0, 1000), 'GI-GGUF-INVALID'],
    ['is truncated in its data', whole.subarray(0, whole.length - 1000), 'GI-GGUF-INVALID'],
  ] as const) {
    test(`with a file that ${what} ends with 10 ${errorCode} and leaves no home behind`, async (t) => {
      const directory = temporaryDirectory(t)
      const base = path.join(directory, 'base.gguf')
      if (content !== null) writeFileSync(base, content)
      const home = path.join(directory, 'home')
      const { what: said, why = '' } = await failing(['init', '--base', base, '--home', home], 10, errorCode)
      assert.ok(`${said} ${why}`.includes('base.gguf'), `${said} ${why}`)
      assert.equal(existsSync(home), false)
    })
  }
})

describe('init without a base', () => {
  test('makes a home that says that it has none', async (t) => {
    const home = temporaryDirectory(t)
    const { code, stdout, stderr } = await genesis(['init', '--home', home], nowhere)
    assert.equal(code, 0)
    assert.equal(stderr, '')
    assert.match(stdout, /is a home without a base model/)
    assert.deepEqual(configOf(home), {})
  })

  test('names the GGUF files it finds, and chooses none of them where nobody can be asked', async (t) => {
    const home = temporaryDirectory(t)
    mkdirSync(path.join(home, 'models'))
    copyFileSync(demoBase, path.join(home, 'models', 'one.gguf'))
    const { code, stderr } = await genesis(['init', '--home', home], nowhere)
    assert.equal(code, 0)
    assert.match(stderr, /Found .*models.one\.gguf; name one with --base/)
    assert.deepEqual(configOf(home), {})
  })
})

describe('init with an Ollama', () => {
  test('--ollama makes the home with that model, which is served there', async (t) => {
    const { environment } = await ollamaWith(t, { 'qwen:0.6b': demoBase })
    const home = temporaryDirectory(t)
    const { code, stdout } = await genesis(['init', '--ollama', 'qwen:0.6b', '--home', home], { environment })
    assert.equal(code, 0)
    assert.match(stdout, /is a home with the base qwen:0\.6b \(qwen3, F16\)/)
    assert.deepEqual(configOf(home), { base: { ollama: 'qwen:0.6b' }, serving: { kind: 'ollama' } })
  })

  test('names the models whose files can be read here, and leaves out releases and what runs elsewhere', async (t) => {
    const { environment, server } = await ollamaWith(t, { 'qwen:0.6b': demoBase, 'genesis-20260101-000000': demoBase })
    server.add('elsewhere', 'not on this machine')
    const home = temporaryDirectory(t)
    const { code, stderr } = await genesis(['init', '--home', home], { environment })
    assert.equal(code, 0)
    assert.match(stderr, /^Found qwen:0\.6b of Ollama; name one with --base or --ollama\.$/m)
  })

  test('a model that is not there, one too many and no server are told apart; no home is left behind', async (t) => {
    const { environment } = await ollamaWith(t, {})
    const home = path.join(temporaryDirectory(t), 'home')
    await failing(['init', '--ollama', 'missing', '--home', home], 10, 'GI-OLLAMA-MODEL-MISSING', { environment })
    await failing(['init', '--ollama', 'missing', '--home', home], 12, 'GI-OLLAMA-AWAY', nowhere)
    await failing(['init', '--ollama', 'missing', '--base', demoBase, '--home', home], 2, 'GI-USAGE')
    assert.equal(existsSync(home), false)
  })
})

describe('init --demo', () => {
  test('makes a home in which a cycle is due and only the engine is missing', async (t) => {
    const home = path.join(temporaryDirectory(t), 'demo')
    const made = await genesisJson<{ learnings: number; gateItems: number; retentionItems: number }>(['init', '--demo', '--home', home])
    assert.ok(made.learnings >= 100 && made.gateItems >= 100 && made.retentionItems >= 300)
    const status = await genesisJson<{ should_trigger: boolean; learnings_since_training: number; blockers: { code: string }[] }>([
      'status',
      '--home',
      home,
    ])
    assert.equal(status.should_trigger, true)
    assert.equal(status.learnings_since_training, made.learnings)
    assert.deepEqual(
      status.blockers.map(({ code }) => code),
      ['GI-ENGINE-MISSING'],
    )
  })

  test('--mislabel puts wrong answers of other requests where the corrections belong, the same for the same seed', async (t) => {
    const directory = temporaryDirectory(t)
    const learningsOf = async (name: string, ...more: string[]): Promise<{ input: string; wrong: string; corrected: string }[]> => {
      const home = path.join(directory, name)
      await genesisJson(['init', '--demo', ...more, '--home', home])
      return (
        JSON.parse(readFileSync(path.join(home, 'data', 'genesis_learnings.json'), 'utf8')) as {
          learnings: { input: string; wrong: string; corrected: string }[]
        }
      ).learnings
    }
    const [right, wrong, again, other] = await Promise.all([
      learningsOf('right'),
      learningsOf('wrong', '--mislabel', '1'),
      learningsOf('again', '--mislabel', '1'),
      learningsOf('other', '--mislabel', '2'),
    ])
    const answers = (list: { corrected: string }[]): string[] => list.map(({ corrected }) => corrected)
    assert.deepEqual(answers(wrong), answers(again))
    assert.notDeepEqual(answers(wrong), answers(other))
    assert.deepEqual(answers(wrong).sort(), right.map((learning) => learning.wrong).sort())
    assert.deepEqual(
      wrong.map(({ input }) => input),
      right.map(({ input }) => input),
    )
  })

  test('--mislabel with something that is no seed is exit 2', async (t) => {
    await failing(['init', '--demo', '--mislabel', 'yes', '--home', temporaryDirectory(t)], 2, 'GI-USAGE')
  })
})

test('a home that is set up already is left as it is, exit 10', async (t) => {
  const home = temporaryDirectory(t)
  await genesisJson(['init', '--home', home])
  const before = readFileSync(path.join(home, 'genesis-improve.config.json'))
  for (const args of [['init'], ['init', '--base', demoBase], ['init', '--demo']])
    await failing([...args, '--home', home], 10, 'GI-HOME-NOT-EMPTY')
  assert.deepEqual(readFileSync(path.join(home, 'genesis-improve.config.json')), before)
  assert.deepEqual(readdirSync(home).sort(), ['data', 'genesis-improve.config.json'])
})

test('init --demo does not write over learnings that are there, exit 10', async (t) => {
  const home = temporaryDirectory(t)
  mkdirSync(path.join(home, 'data'))
  const learnings = path.join(home, 'data', 'genesis_learnings.json')
  writeFileSync(learnings, '{"learnings":[]}')
  await failing(['init', '--demo', '--home', home], 10, 'GI-HOME-NOT-EMPTY')
  assert.equal(readFileSync(learnings, 'utf8'), '{"learnings":[]}')
})
