import assert from 'node:assert/strict'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { configDigest, homeDirectoryFrom, loadConfig, resolvedBaseFile, resolvedCorpus } from '../../src/config/load-config.ts'
import type { Environment } from '../../src/config/environment.ts'
import type { Setting } from '../../src/config/settings.ts'
import { GenesisError } from '../../src/errors.ts'
import { asUnprivileged } from '../fakes/unprivileged.ts'

let home: string
beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'genesis-config-'))
})
afterEach(() => rm(home, { recursive: true, force: true }))

const configFile = (): string => path.join(home, 'genesis-improve.config.json')
const write = (content: string | Uint8Array): Promise<void> => writeFile(configFile(), content)
const load = (environment: Environment = {}, overrides: Setting[] = []) => loadConfig({ homeDirectory: home, environment, overrides })

/** What is wrong with a file of this content, in one text. */
async function problemsText(content: object, environment: Environment = {}): Promise<string> {
  await write(JSON.stringify(content))
  return (await problems(environment)).join('\n')
}

/** The lines of what is wrong. */
async function problems(environment: Environment = {}, code = 'GI-CONFIG-INVALID', overrides: Setting[] = []): Promise<string[]> {
  const error: unknown = await load(environment, overrides).then(
    () => assert.fail('the configuration was accepted'),
    (reason: unknown) => reason,
  )
  assert.ok(error instanceof GenesisError, String(error))
  assert.equal(error.code, code)
  assert.equal(error.exitCode, 10)
  return (error.why ?? '').split('\n')
}

describe('sources', () => {
  test('without a file the documented defaults hold: 100 learnings, 62 days, accuracy 0.9, every 60 minutes', async () => {
    const config = await load()
    assert.deepEqual(config.triggers, { learnings: 100, days: 62, accuracy: 0.9, intervalMinutes: 60 })
    assert.equal(config.base, undefined)
    assert.equal(config.forgeHost, null)
    assert.equal(config.engineDirectory, null)
    assert.equal(config.homeDirectory, home)
  })

  test('a section may leave out its kind', async () => {
    await write('{"trainer":{"epochs":3}}')
    const { trainer } = await load()
    assert.equal(trainer.epochs, 3)
    assert.equal(trainer.kind, 'engine')
  })

  test('the environment covers the file, a flag covers the environment, and each leaves its neighbours alone', async () => {
    await write('{"triggers":{"learnings":5,"days":6,"accuracy":0.5}}')
    const config = await load({ GENESIS_LEARNING_THRESHOLD: '50', GENESIS_TIME_THRESHOLD_DAYS: '7' }, [
      { source: '--learnings', path: ['triggers', 'learnings'], value: 500 },
    ])
    assert.deepEqual(config.triggers, { learnings: 500, days: 7, accuracy: 0.5, intervalMinutes: 60 })
  })

  test('every variable of the earlier system arrives', async () => {
    const config = await load({
      GENESIS_LEARNING_THRESHOLD: '20',
      GENESIS_TIME_THRESHOLD_DAYS: '0.5',
      GENESIS_PERFORMANCE_THRESHOLD: '0.85',
      GENESIS_IMPROVEMENT_CHECK_INTERVAL: '15',
      FORGE_HOST: 'gpu.example',
      GENESIS_ENGINE_DIR: 'engine',
    })
    assert.deepEqual(config.triggers, { learnings: 20, days: 0.5, accuracy: 0.85, intervalMinutes: 15 })
    assert.equal(config.forgeHost, 'gpu.example')
    assert.equal(config.engineDirectory, path.join(home, 'engine'))
  })

  test('Ollama is where OLLAMA_HOST says, else where the file says, else on the remote host, else on this machine', async () => {
    assert.equal((await load()).serving.host, 'http://127.0.0.1:11434')
    assert.equal((await load({ FORGE_HOST: 'gpu.example' })).serving.host, 'http://gpu.example:11434')
    await write('{"serving":{"kind":"ollama","host":"http://file:1"}}')
    assert.equal((await load({ FORGE_HOST: 'gpu.example' })).serving.host, 'http://file:1')
    assert.equal((await load({ FORGE_HOST: 'gpu.example', OLLAMA_HOST: '0.0.0.0:2' })).serving.host, 'http://127.0.0.1:2')
  })

  test('a byte order mark and Windows line ends do no harm', async () => {
    await write('\uFEFF{\r\n  "triggers": {"learnings": 7}\r\n}\r\n')
    assert.equal((await load()).triggers.learnings, 7)
  })

  test('the home is the flag, else GENESIS_HOME, else the current directory', () => {
    assert.equal(homeDirectoryFrom('a', { GENESIS_HOME: '/b' }, '/c'), '/c/a')
    assert.equal(homeDirectoryFrom(undefined, { GENESIS_HOME: '/b' }, '/c'), '/b')
    assert.equal(homeDirectoryFrom(undefined, {}, '/c'), '/c')
    // Set to nothing is a mistake in a unit file: the current directory would be anybody's guess.
    assert.throws(() => homeDirectoryFrom(undefined, { GENESIS_HOME: '' }, '/c'), { code: 'GI-CONFIG-INVALID', exitCode: 10 })
  })

  test('relative paths start at the home, absolute ones stay', () => {
    assert.equal(resolvedBaseFile({ base: { gguf: 'models/base.gguf' } }, '/home/me'), '/home/me/models/base.gguf')
    assert.equal(resolvedBaseFile({ base: { gguf: '/models/base.gguf' } }, '/home/me'), '/models/base.gguf')
    assert.equal(resolvedBaseFile({}, '/home/me'), null)
    assert.equal(resolvedCorpus({ corpus: { path: 'data/corpus.jsonl' } }, '/home/me'), '/home/me/data/corpus.jsonl')
  })
})

describe('numbers that make no sense', () => {
  const learnings = 'a whole number from 1 to 1000000000'
  for (const text of ['abc', '1e3', ' 5', '5 ', '0x10', '+5', '05', '1_000', '٣', 'NaN', 'Infinity', '1.', '.5']) {
    test(`GENESIS_LEARNING_THRESHOLD=${JSON.stringify(text)} is refused`, async () => {
      assert.deepEqual(await problems({ GENESIS_LEARNING_THRESHOLD: text }), [
        `GENESIS_LEARNING_THRESHOLD is ${JSON.stringify(text)}; allowed: ${learnings}, written in digits, or leave it unset`,
      ])
    })
  }

  test('an empty variable is refused', async () => {
    const variables = ['GENESIS_TIME_THRESHOLD_DAYS', 'FORGE_HOST', 'GENESIS_HOME', 'GENESIS_ENGINE_DIR']
    const lines = await problems(Object.fromEntries(variables.map((name) => [name, ''])))
    assert.deepEqual(
      lines.map((line) => line.split(' is empty; allowed: ')[0]),
      variables,
    )
  })

  for (const [name, text, expected] of [
    ['GENESIS_LEARNING_THRESHOLD', '0', `is 0; allowed: ${learnings}`],
    ['GENESIS_LEARNING_THRESHOLD', '1.5', `is 1.5; allowed: ${learnings}`],
    ['GENESIS_LEARNING_THRESHOLD', '99999999999999999999', `is 100000000000000000000; allowed: ${learnings}`],
    ['GENESIS_TIME_THRESHOLD_DAYS', '-1', 'is -1; allowed: a number above 0 and up to 36500'],
    ['GENESIS_PERFORMANCE_THRESHOLD', '1.5', 'is 1.5; allowed: a number above 0 and below 1'],
    ['GENESIS_IMPROVEMENT_CHECK_INTERVAL', '-1', 'is -1; allowed: a number above 0 and up to 525600'],
  ] as const) {
    test(`${name}=${text} is refused with what is allowed`, async () => {
      assert.deepEqual(await problems({ [name]: text }), [`${name} ${expected}`])
    })
  }
})

describe('every error at once', () => {
  test('file, environment and flags are all judged, each problem with its place', async () => {
    await write(
      '{"trigers":{},"triggers":{"learnings":0,"accuracy":1.5,"intervalMinutes":-1},"base":{},"trainer":{"targetModules":["attn_q","x"]}}',
    )
    const lines = await problems({ GENESIS_LEARNING_THRESHOLD: 'abc', GENESIS_TIME_THRESHOLD_DAYS: '0' }, 'GI-CONFIG-INVALID', [
      { source: '--gate-margin', path: ['gate', 'margin'], value: 2 },
    ])
    assert.deepEqual(
      lines.sort(),
      [
        '--gate-margin is 2; allowed: a number above 0 and up to 1',
        'GENESIS_LEARNING_THRESHOLD is "abc"; allowed: a whole number from 1 to 1000000000, written in digits, or leave it unset',
        'GENESIS_TIME_THRESHOLD_DAYS is 0; allowed: a number above 0 and up to 36500',
        'base is {}; allowed: either {"gguf": FILE} or {"ollama": MODEL}',
        'trainer.targetModules[1] is "x"; allowed: one of "attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down"',
        'triggers.accuracy is 1.5; allowed: a number above 0 and below 1',
        'triggers.intervalMinutes is -1; allowed: a number above 0 and up to 525600',
        'triggers.learnings is 0; allowed: a whole number from 1 to 1000000000',
        'trigers is not a known setting; did you mean "triggers"?',
      ].sort(),
    )
  })

  test('a bad value stays an error where the environment covers it', async () => {
    await write('{"triggers":{"learnings":0}}')
    assert.equal((await problems({ GENESIS_LEARNING_THRESHOLD: '5' })).length, 1)
  })

  test('where Ollama is must be an address without credentials, which would stand in journals', async () => {
    for (const host of ['http://me:secret@gpu', 'ftp://gpu'])
      assert.match(await problemsText({ serving: { host } }), /serving\.host is .*without credentials/)
    assert.match(await problemsText({}, { OLLAMA_HOST: 'a b' }), /OLLAMA_HOST is "a b"; allowed: an address like/)
    assert.match(
      await problemsText({ serving: { name: '../genesis' } }),
      /serving\.name is "\.\.\/genesis"; allowed: the name of an Ollama model/,
    )
  })

  test('a release must not replace the base that it is made from, and is judged by what serves it', async () => {
    assert.match(
      await problemsText({ base: { ollama: 'genesis' }, serving: { kind: 'ollama' } }),
      /serving\.name .*another name than that of the base/,
    )
    assert.match(await problemsText({ runtime: { kind: 'ollama' } }), /runtime\.kind is "ollama"; allowed: what serves the releases/)
    assert.match(await problemsText({ base: { gguf: 'a.gguf', ollama: 'b' } }), /base is .*either/)
  })

  test('settings that contradict each other are named', async () => {
    await write('{"trainer":{"learningRate":0.00001,"minimumLearningRate":0.001},"runtime":{"contextLength":64,"maxTokens":64}}')
    assert.deepEqual(await problems(), [
      'trainer.minimumLearningRate is 0.001; allowed: a number up to trainer.learningRate',
      'runtime.maxTokens is 64; allowed: a whole number below runtime.contextLength',
    ])
  })
})

describe('unknown keys', () => {
  for (const [content, expected] of [
    ['{"triggers":{"learning":5}}', 'triggers.learning is not a known setting; did you mean "learnings"?'],
    ['{"Trainer":{}}', 'Trainer is not a known setting; did you mean "trainer"?'],
    ['{"learnings":5}', 'learnings is not a known setting; did you mean "triggers.learnings"?'],
    ['{"serving":{"zzzzzz":5}}', 'serving.zzzzzz is not a known setting; known here: kind, host, name, keep'],
    [
      '{"__proto__":{"triggers":{}}}',
      '__proto__ is not a known setting; known here: $schema, base, corpus, trainer, runtime, serving, triggers, gate, dataset, server, hooks, retention',
    ],
  ] as const) {
    test(content, async () => {
      await write(content)
      assert.deepEqual(await problems(), [expected])
    })
  }
})

describe('a file that can not be used', () => {
  for (const [name, content, expected] of [
    ['empty', '', /is empty; write \{\} to use the defaults/],
    ['blank', ' \n', /is empty/],
    ['null', 'null', /^the whole file is null; allowed: an object/],
    ['a list', '[]', /^the whole file is \[\]; allowed: an object/],
    ['a number', '5', /^the whole file is 5; allowed: an object/],
    ['truncated', '{\n  "triggers": {"learnings": 5', /line 2, column 30: the text ends too early/],
    ['a comment', '{\n  // mine\n}', /line 2, column 3: a key in double quotes or "}" was expected, not \/\/ mine/],
    ['a trailing comma', '{"base":{"gguf":"a"},\n}', /line 2, column 1: a key in double quotes was expected, not }/],
    ['not UTF-8', Uint8Array.of(0xff, 0xfe, 0x7b, 0x00), /is not UTF-8 text/],
  ] as const) {
    test(`${name} is a clear error`, async () => {
      await write(content)
      const lines = await problems()
      assert.equal(lines.length, 1)
      assert.match(lines[0] ?? '', expected)
    })
  }

  test('a malformed file does not hide what is wrong in the environment', async () => {
    await write('{')
    assert.equal((await problems({ GENESIS_LEARNING_THRESHOLD: '0' })).length, 2)
  })

  test('a directory in its place is unreadable', async () => {
    await mkdir(configFile())
    assert.match((await problems({}, 'GI-CONFIG-UNREADABLE'))[0] ?? '', /is not a regular file/)
  })

  test('a huge file is refused without being read', async () => {
    await write(Buffer.alloc((1 << 20) + 1, 0x20))
    assert.match((await problems({}, 'GI-CONFIG-UNREADABLE'))[0] ?? '', /has 1048577 bytes; allowed: up to 1048576/)
  })

  test('a file this user may not read is unreadable', async () => {
    await write('{}')
    await chmod(home, 0o755)
    await chmod(configFile(), 0o000)
    await asUnprivileged(async () => {
      assert.match((await problems({}, 'GI-CONFIG-UNREADABLE'))[0] ?? '', /EACCES/)
    })
  })

  test('a home that does not exist, or is a file, is refused', async () => {
    await assert.rejects(loadConfig({ homeDirectory: path.join(home, 'none'), environment: {} }), {
      code: 'GI-HOME-UNUSABLE',
      exitCode: 10,
    })
    await write('{}')
    await assert.rejects(loadConfig({ homeDirectory: configFile(), environment: {} }), { code: 'GI-HOME-UNUSABLE' })
  })
})

describe('the digest of what shapes a cycle', () => {
  test('does not depend on the order of keys, on triggers, serving or the path of the base', async () => {
    await write('{"trainer":{"rank":8,"epochs":3},"triggers":{"intervalMinutes":5}}')
    const first = configDigest(await load())
    await write('{"serving":{"keep":9},"trainer":{"epochs":3,"rank":8},"base":{"gguf":"other.gguf"}}')
    assert.equal(configDigest(await load()), first)
  })

  test('does not depend on hours, approval, or what comes after a deployment', async () => {
    const first = configDigest(await load())
    await write(
      '{"trainer":{"window":"01:00-06:00","nice":5},"gate":{"approval":"manual","probation":"warn"},"hooks":{"ping_url":"http://localhost/x"}}',
    )
    assert.equal(configDigest(await load()), first)
  })

  test('changes with a setting of the training', async () => {
    const first = configDigest(await load())
    await write('{"trainer":{"rank":8}}')
    assert.notEqual(configDigest(await load()), first)
  })
})

test('patterns for private data must be valid JavaScript and bear a name that fits into a placeholder', async () => {
  const withPattern = (name: string, pattern: string): object => ({ dataset: { redactionPatterns: [{ name, pattern }] } })
  assert.match(await problemsText(withPattern('customer', '(')), /dataset\.redactionPatterns.*pattern/)
  assert.match(await problemsText(withPattern('Customer No', 'C-[0-9]+')), /dataset\.redactionPatterns.*name/)
  await write(JSON.stringify(withPattern('customer', 'C-[0-9]{6}')))
  assert.deepEqual((await load()).dataset.redactionPatterns, [{ name: 'customer', pattern: 'C-[0-9]{6}' }])
})
