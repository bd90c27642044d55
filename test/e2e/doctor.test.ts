import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import type { Finding } from '../../src/doctor/finding.ts'
import { packageRoot } from '../../src/system/package-root.ts'
import { FakeOllama } from '../fakes/fake-ollama.ts'
import { corrections, genesis, genesisJson, temporaryHome } from './program.ts'

const base = path.join(packageRoot(), 'data', 'demo', 'base-f16.gguf')
interface Report {
  healthy: boolean
  findings: Finding[]
}
const named = ({ findings }: Report, name: string): Finding[] => findings.filter((finding) => finding.name === name)

test('a home without a base and without the engine: each is a failure with its remedy, exit 10', async (t) => {
  const home = temporaryHome(t)
  const report = await genesisJson<Report>(['doctor', '--home', home.root], { code: 10 })
  assert.equal(report.healthy, false)
  assert.deepEqual(
    [...new Set(report.findings.map(({ name }) => name))],
    ['base', 'runtime', 'serving', 'corpus', 'state', 'learnings', 'gate sets', 'disk', 'clock', 'lock', 'timer'],
  )
  assert.equal(named(report, 'base')[0]?.code, 'GI-BASE-MISSING')
  assert.equal(named(report, 'runtime')[0]?.code, 'GI-ENGINE-MISSING')
  assert.match(named(report, 'gate sets')[0]?.what ?? '', /0 gate/)
  for (const { level, remedy } of report.findings) assert.equal(level === 'ok', remedy === null)
})

test('every line fits into 80 columns and has its remedy below', async (t) => {
  const home = temporaryHome(t, { config: { base: { gguf: base } } })
  const { stdout, code } = await genesis(['doctor', '--home', home.root, '--no-color'])
  assert.equal(code, 10)
  const lines = stdout.split('\n')
  assert.ok(
    lines.every((line) => line.length <= 80 || !line.includes(' ', 14)),
    stdout,
  )
  assert.match(stdout, /XX {2}trainer {3}The embedded engine is not installed in\n {14}\S+\n {14}Run "genesis-improve engine install"/)
  assert.match(stdout, /no cycle can run until it is mended/)
})

test('a server that is away is one failure, told once, that may mend itself', async (t) => {
  const home = temporaryHome(t, { config: { serving: { kind: 'ollama', host: 'http://127.0.0.1:1025' }, base: { gguf: base } } })
  const report = await genesisJson<Report>(['doctor', '--home', home.root], { code: 10 })
  const away = report.findings.filter(({ code }) => code === 'GI-OLLAMA-AWAY')
  assert.deepEqual(
    away.map(({ name, temporary }) => [name, temporary]),
    [['runtime', true]],
  )
})

test('with Ollama: its version, what is served, and that somebody else changed it', async (t) => {
  const fake = new FakeOllama()
  const host = await fake.start()
  t.after(() => fake.stop())
  const home = temporaryHome(t, { config: { serving: { kind: 'ollama', host }, base: { gguf: base } } })
  const first = await genesisJson<Report>(['doctor', '--home', home.root], { code: 10 })
  assert.match(named(first, 'runtime')[0]?.what ?? '', /^ollama 0\.17\.4 /)
  assert.match(named(first, 'serving')[1]?.what ?? '', /genesis-base is served, as recorded/)
  fake.add('genesis-20250101-000000', 'weights')
  fake.add('genesis', 'weights')
  const second = await genesisJson<Report>(['doctor', '--home', home.root], { code: 10 })
  assert.match(named(second, 'serving')[1]?.what ?? '', /genesis-20250101-000000 is served, but genesis-base is recorded/)
})

test('unusable learnings and a clock that was set back are warnings; a damaged file is named', async (t) => {
  const home = temporaryHome(t, { learnings: [...corrections(3), { input: 'no answer' }] })
  const future = '2999-01-01T00:00:00.000Z'
  writeFileSync(
    home.state,
    JSON.stringify({
      ...{ schema_version: 1, last_training_time: null, learnings_since_training: 0, current_model: 'genesis-base' },
      ...{ training_runs: 0, improvement_score: 0, last_check_time: future },
    }),
  )
  const report = await genesisJson<Report>(['doctor', '--home', home.root], { code: 10 })
  assert.match(named(report, 'learnings')[0]?.what ?? '', /4 learnings, 3 usable.*1 unusable/)
  assert.equal(named(report, 'clock')[0]?.level, 'warning')
  writeFileSync(path.join(home.data, 'gate.jsonl'), 'broken\n')
  const broken = await genesisJson<Report>(['doctor', '--home', home.root], { code: 10 })
  assert.equal(named(broken, 'gate sets')[0]?.code, 'GI-ITEMS-INVALID')
})
