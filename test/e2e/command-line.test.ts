import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import { packageRoot } from '../../src/system/package-root.ts'
import { failing, genesis, temporaryHome } from './program.ts'

const commands = [
  ...[
    'init',
    'check',
    'status',
    'trigger',
    'cancel',
    'approve',
    'reject',
    'learn',
    'simulate-learnings',
    'history',
    'show',
    'ask',
    'evaluate',
    'rollback',
    'package',
    'completion',
  ],
  ...['engine install', 'engine status', 'gate judge', 'gate self-test'],
].map((name) => name.split(' '))

const escape = '\u001b'

describe('help', () => {
  test('without a command, and with --help, names every command, exit 0', async () => {
    const [bare, asked] = await Promise.all([genesis([]), genesis(['--help'])])
    assert.equal(bare.code, 0)
    assert.equal(bare.stdout, asked.stdout)
    for (const [name = ''] of commands) assert.match(asked.stdout, new RegExp(`^ {2}${name} `, 'm'))
    assertFits(asked.stdout)
  })

  for (const command of commands) {
    test(`${command.join(' ')} --help has examples and fits 80 columns`, async () => {
      const { code, stdout, stderr } = await genesis([...command, '--help'])
      assert.equal(code, 0)
      assert.equal(stderr, '')
      const [, examples] = stdout.split('\nExamples:\n')
      assert.ok(examples !== undefined, stdout)
      assert.ok(examples.includes(`genesis-improve ${command.join(' ')}`), examples)
      for (const option of ['--json', '--quiet', '--no-color', '--home']) assert.ok(stdout.includes(option), `${option} is missing`)
      assertFits(stdout)
    })
  }

  function assertFits(text: string): void {
    for (const line of text.split('\n')) assert.ok(line.length <= 80, `${line.length} columns: ${line}`)
  }
})

test('--version prints the version of the package and nothing else', async () => {
  const { version } = JSON.parse(readFileSync(path.join(packageRoot(), 'package.json'), 'utf8')) as { version: string }
  assert.deepEqual(await genesis(['--version']), { code: 0, stdout: `${version}\n`, stderr: '' })
})

describe('a command line that is not understood is exit 2', () => {
  for (const [what, args] of [
    ['an unknown command', ['statsu']],
    ['an unknown option', ['status', '--colour']],
    ['an argument too many', ['status', 'now']],
    ['a missing argument', ['ask']],
    ['a missing option', ['gate', 'judge', '--baseline', 'b.jsonl']],
    ['a value that is none of the choices', ['learn', '--kind', 'wish', '--input', 'q', '--wanted', 'a']],
    ['a number that is none', ['simulate-learnings', '1e3']],
    ['a number out of range', ['simulate-learnings', '0']],
    ['a group without its command', ['gate']],
  ] as const) {
    test(what, async () => {
      const plain = await genesis(args)
      assert.equal(plain.code, 2, plain.stdout)
      assert.equal(plain.stdout, '')
      assert.notEqual(plain.stderr, '')
      await failing(args, 2, 'GI-USAGE')
    })
  }
})

describe('errors', () => {
  test('say what, why and what to do with the code, on standard error', async () => {
    const { code, stdout, stderr } = await genesis(['status', '--home', '/nowhere/at/all'])
    assert.equal(code, 10)
    assert.equal(stdout, '')
    assert.match(
      stderr,
      /^Error: The home directory cannot be used\.\n {2}Why: \/nowhere\/at\/all does not exist\n {2}Do: {2}.+\n.*\(GI-HOME-UNUSABLE\)\n$/s,
    )
  })

  test('are said with --quiet too', async () => {
    const { code, stderr } = await genesis(['status', '--quiet', '--home', '/nowhere/at/all'])
    assert.equal(code, 10)
    assert.match(stderr, /GI-HOME-UNUSABLE/)
  })

  test('with --json are one document on standard output, whose four fields are code, what, why and remedy', async () => {
    const error = await failing(['status', '--home', '/nowhere/at/all'], 10, 'GI-HOME-UNUSABLE')
    assert.deepEqual(Object.keys(error), ['code', 'what', 'why', 'remedy'])
  })

  test('--json counts wherever it stands', async () => {
    const { stdout } = await genesis(['--json', '--home', '/nowhere/at/all', 'status'])
    assert.equal((JSON.parse(stdout) as { error: { code: string } }).error.code, 'GI-HOME-UNUSABLE')
  })

  test('of the configuration are reported all at once, exit 10', async (t) => {
    const home = temporaryHome(t, { config: { triggers: { learnings: 0, accuracy: 1.5 }, tariner: {} } })
    const environment = { GENESIS_TIME_THRESHOLD_DAYS: '1e3' }
    const { why = '' } = await failing(['status', '--home', home.root], 10, 'GI-CONFIG-INVALID', { environment })
    assert.equal(why.split('\n').length, 4)
    for (const part of [
      /triggers\.learnings is 0/,
      /triggers\.accuracy is 1\.5/,
      /tariner .*did you mean "trainer"/,
      /GENESIS_TIME_THRESHOLD_DAYS is "1e3"/,
    ])
      assert.match(why, part)
  })
})

describe('--quiet, --no-color and NO_COLOR', () => {
  test('--quiet prints nothing when all went well', async (t) => {
    const home = temporaryHome(t)
    assert.deepEqual(await genesis(['status', '--quiet', '--home', home.root]), { code: 0, stdout: '', stderr: '' })
    assert.deepEqual(await genesis(['check', '--once', '--quiet', '--home', home.root]), { code: 0, stdout: '', stderr: '' })
  })

  test('a non-terminal gets no colour, and neither switch is an error', async (t) => {
    const home = temporaryHome(t)
    for (const [args, environment] of [
      [['status'], {}],
      [['status', '--no-color'], {}],
      [['status'], { NO_COLOR: '1' }],
    ] as const) {
      const { code, stdout } = await genesis([...args, '--home', home.root], { environment })
      assert.equal(code, 0)
      assert.ok(!stdout.includes(escape))
    }
  })
})

describe('the home', () => {
  test('is GENESIS_HOME, and --home goes before it', async (t) => {
    const [named, flagged] = [temporaryHome(t, { learnings: [{ input: 'q', correction: 'a' }] }), temporaryHome(t)]
    const environment = { GENESIS_HOME: named.root }
    const counted = async (args: string[]): Promise<unknown> =>
      (JSON.parse((await genesis([...args, '--json'], { environment })).stdout) as { learnings_since_training: number })
        .learnings_since_training
    assert.equal(await counted(['status']), 1)
    assert.equal(await counted(['status', '--home', flagged.root]), 0)
  })

  test('is the current directory otherwise', async (t) => {
    const home = temporaryHome(t, { learnings: [{ input: 'q', correction: 'a' }] })
    assert.match((await genesis(['status'], { directory: home.root })).stdout, /1 waiting/)
  })
})
