import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { appendFileSync, chmodSync, closeSync, copyFileSync, fstatSync, openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import type { TestContext } from 'node:test'
import type { Home } from '../../src/state/home.ts'
import { packageRoot } from '../../src/system/package-root.ts'
import { crashingEngine } from './fake-engine.ts'
import { corrections, failing, genesis, genesisJson, temporaryDirectory, temporaryHome } from './program.ts'

/** A home in which a cycle is due, and an engine that fails in `prepare`. */
function homeWithFailingEngine(t: TestContext, config: object = {}): { home: Home; environment: Record<string, string> } {
  const home = temporaryHome(t, { learnings: corrections(100), config: { base: { gguf: 'base.gguf' }, ...config } })
  copyFileSync(path.join(packageRoot(), 'data', 'demo', 'base-f16.gguf'), path.join(home.root, 'base.gguf'))
  return { home, environment: { GENESIS_ENGINE_DIR: crashingEngine(temporaryDirectory(t)) } }
}

const parsed = (text: string): Record<string, unknown>[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>)

const told = (lines: readonly Record<string, unknown>[]): string[] =>
  lines.filter(({ event }) => event !== 'progress').map(({ step, event }) => `${String(step)} ${String(event)}`)

const cycleOf = (home: Home): string => readdirSync(home.cycles)[0] ?? ''

const untilPrepareFailed = [
  'null cycle-opened',
  'collect step-started',
  'collect step-finished',
  'prepare step-started',
  'prepare step-failed',
]

test('logs shows what happened, a line that was cut short as it stands, and what the trainer printed', async (t) => {
  const { home, environment } = homeWithFailingEngine(t)
  await failing(['logs', '--home', home.root], 10, 'GI-CYCLE-UNKNOWN')
  assert.equal((await genesis(['check', '--until-idle', '--home', home.root], { environment })).code, 12)
  const directory = path.join(home.cycles, cycleOf(home))
  appendFileSync(path.join(directory, 'log.jsonl'), '{"level":"info","ti')
  writeFileSync(path.join(directory, 'training.log'), 'epoch 1\n\u001b[31mred\n')

  const { lines, cycle } = await genesisJson<{ cycle: string; lines: Record<string, unknown>[] }>(['logs', '--home', home.root])
  assert.equal(cycle, cycleOf(home))
  assert.deepEqual(told(lines.flatMap(({ entry }) => (entry === undefined ? [] : [entry as Record<string, unknown>]))), untilPrepareFailed)
  assert.deepEqual(
    lines.flatMap(({ damaged, text }) => damaged ?? text ?? []),
    ['{"level":"info","ti', 'epoch 1', '\u001b[31mred'],
  )
  const shown = await genesis(['logs', cycle, '--home', home.root])
  assert.match(shown.stdout, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}collect {3}100 usable learnings/m)
  assert.ok(shown.stdout.endsWith('{"level":"info","ti\ntrain | epoch 1\ntrain | [31mred\n'), shown.stdout)
  const collected = await genesis(['logs', '--step', 'collect', '--home', home.root])
  assert.ok(!collected.stdout.includes('prepare') && !collected.stdout.includes('epoch 1'))
})

describe('standard error', () => {
  test('is text unless told, JSON lines with --log-format json, each with cycle and step; results stay where they are', async (t) => {
    const { home, environment } = homeWithFailingEngine(t)
    const { code, stdout, stderr } = await genesis(['check', '--until-idle', '--log-format', 'json', '--home', home.root], { environment })
    const lines = parsed(stderr)
    assert.deepEqual([code, stdout], [12, ''])
    assert.ok(lines.every((line) => 'cycle' in line && 'step' in line && 'time' in line && 'message' in line))
    assert.deepEqual(told(lines), [...untilPrepareFailed, 'prepare error'])
    assert.equal(lines.at(-1)?.['code'], 'GI-ENGINE-CRASHED')
    const status = await genesis(['status', '--log-format', 'json', '--home', home.root])
    assert.match(status.stdout, /prepare/)
    assert.equal(status.stderr, '')
    const wrong = await genesis(['history', '--log-format', 'json', '--home', path.join(home.root, 'none')])
    assert.deepEqual([wrong.stdout, parsed(wrong.stderr)[0]?.['code']], ['', 'GI-HOME-UNUSABLE'])
  })

  test("is JSON lines when it goes into systemd's journal, and text when only the variable says so", (t) => {
    const { home } = homeWithFailingEngine(t, { triggers: { learnings: 1000 } })
    const file = path.join(home.root, 'journal')
    const call = (mistake: bigint, more: string[] = []): string => {
      const descriptor = openSync(file, 'w')
      const { dev, ino } = fstatSync(descriptor, { bigint: true })
      const program = path.join(packageRoot(), 'bin', 'genesis-improve.js')
      const args = [program, 'check', '--until-idle', '--home', home.root, ...more]
      const env = { PATH: process.env['PATH'], JOURNAL_STREAM: `${dev}:${ino + mistake}` }
      const { stdout } = spawnSync(process.execPath, args, { stdio: ['ignore', 'pipe', descriptor], env, encoding: 'utf8' })
      closeSync(descriptor)
      return stdout
    }
    assert.equal(call(0n), '')
    assert.deepEqual(told(parsed(readFileSync(file, 'utf8'))), ['null check-none'])
    assert.match(call(1n), /Nothing is due/)
    assert.equal(readFileSync(file, 'utf8'), '')
    assert.match(call(0n, ['--log-format', 'human']), /Nothing is due/)
  })
})

test('secrets of the configuration and the environment stand in no output, no log and no journal', async (t) => {
  const planted = {
    ping: 'f81d4fae7dec11d0a76500a0c91e6bf6',
    hook: 'hook-secret-1234',
    grader: 'grader-secret-1234',
    api: 'api-token-0123456789abcdef',
    weaviate: 'weaviate-key-0123456789',
    proxy: 'proxy-password',
  }
  const { home, environment } = homeWithFailingEngine(t, {
    hooks: {
      ping_url: `http://127.0.0.1:9/${planted.ping}`,
      after_step: { program: './hook', args: ['--token', planted.hook] },
      on_failure: { program: './hook', args: [`--api-key=${planted.hook}`] },
    },
    gate: { graders: { mine: { program: './hook', args: ['--password', planted.grader] } } },
  })
  writeFileSync(path.join(home.root, 'hook'), '#!/bin/sh\necho "refused: $*" >&2\nexit 1\n')
  chmodSync(path.join(home.root, 'hook'), 0o755)
  const all = {
    ...environment,
    ...{ GENESIS_API_TOKEN: planted.api, WEAVIATE_API_KEY: planted.weaviate, HTTPS_PROXY: `http://anna:${planted.proxy}@127.0.0.1:9` },
  }
  const said: string[] = []
  for (const args of [
    ['check', '--until-idle'],
    ['check', '--once', '--log-format', 'json'],
    ['check', '--once', '--json'],
    ...[['logs'], ['logs', '--json'], ['show', '--json'], ['history', '--json'], ['status', '--json'], ['doctor']],
    ['learn', '--input', 'a question', '--wanted', 'an answer'],
  ]) {
    const { stdout, stderr } = await genesis([...args, '--home', home.root], { environment: all })
    said.push(`${args.join(' ')}: ${stdout}${stderr}`)
  }
  assert.ok(said[0]?.includes('refused: --token [secret]'), said[0])
  const directory = path.join(home.cycles, cycleOf(home))
  for (const name of ['log.jsonl', 'journal.jsonl']) said.push(`${name}: ${readFileSync(path.join(directory, name), 'utf8')}`)

  const invalid = temporaryHome(t, {
    config: { serving: { host: `http://anna:${planted.proxy}@h` }, hooks: { ping_url: `x:${planted.ping}` } },
  })
  const { code, stdout, stderr } = await genesis(['status', '--home', invalid.root], {
    environment: { OLLAMA_HOST: `http://a:${planted.proxy}@h` },
  })
  assert.equal(code, 10)
  said.push(stdout + stderr)
  for (const text of said) for (const secret of Object.values(planted)) assert.ok(!text.includes(secret), `${secret} in ${text}`)
})

test('prune says what it would free, frees it, and has nothing to free then', async (t) => {
  const { home, environment } = homeWithFailingEngine(t, { retention: { cycles: { days: 1e-9 } } })
  await genesis(['check', '--until-idle', '--home', home.root], { environment })
  // An open cycle is left alone.
  assert.deepEqual(await genesisJson(['prune', '--home', home.root]), { dryRun: false, freedBytes: 0, items: [] })
  await genesis(['cancel', '--home', home.root], { environment })
  const foreseen = await genesisJson<{ freedBytes: number; items: { kind: string; name: string; setting: string }[] }>([
    ...['prune', '--dry-run', '--home', home.root],
  ])
  assert.deepEqual(
    foreseen.items.map(({ kind, name, setting }) => [kind, name, setting]),
    [['cycle', cycleOf(home), 'retention.cycles.days']],
  )
  const { code, stdout } = await genesis(['prune', '--home', home.root])
  assert.equal(code, 0)
  assert.match(stdout, /^Freed \d.* in 1 piece:\n {2}files of cycle-\S+ .* retention\.cycles\.days\n$/)
  assert.match((await genesis(['prune', '--home', home.root])).stdout, /^Nothing is beyond/)
  assert.match((await genesis(['show', '--home', home.root])).stdout, /CANCELLED/)
})
