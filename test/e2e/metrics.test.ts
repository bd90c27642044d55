import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import { packageRoot } from '../../src/system/package-root.ts'
import { corrections, failing, genesis, genesisJson, temporaryDirectory, temporaryHome } from './program.ts'
import { serving } from './served.ts'

const promtool = spawnSync('promtool', ['--version']).status === 0
const withPromtool = { skip: promtool ? false : 'promtool is not installed' }
const home = (t: Parameters<typeof temporaryHome>[0]) =>
  temporaryHome(t, { learnings: [...corrections(3), 7], config: { server: { port: 0, metricsPort: 0 } } })

/** The values in the text, by name and labels. */
const valuesIn = (text: string): Map<string, number> =>
  new Map(
    text
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
  )

describe('metrics', () => {
  test('tell of a home that never trained, without times that never were', async (t) => {
    const { code, stdout } = await genesis(['metrics', '--home', home(t).root])
    assert.equal(code, 0)
    const values = valuesIn(stdout)
    const expected = {
      genesis_improvement_waiting_learnings: 3,
      genesis_improvement_unusable_learnings: 1,
      genesis_improvement_due: 0,
      genesis_improvement_blockers: 1,
      'genesis_improvement_trigger_met{trigger="learnings"}': 0,
      'genesis_improvement_trigger_value{trigger="learnings"}': 3,
      'genesis_improvement_trigger_limit{trigger="learnings"}': 100,
      'genesis_improvement_cycles_total{outcome="DEPLOY"}': 0,
      genesis_improvement_training_runs_total: 0,
    }
    for (const [name, value] of Object.entries(expected)) assert.equal(values.get(name), value, name)
    assert.ok(![...values.keys()].some((name) => name.includes('timestamp')))
    // Unknown is left out, and is no NaN.
    assert.equal(values.has('genesis_improvement_trigger_value{trigger="performance"}'), false)
  })

  test('say how many cycles are damaged, and everything else all the same', async (t) => {
    const place = home(t)
    await genesisJson(['check', '--once', '--home', place.root])
    const damaged = path.join(place.cycles, 'cycle-20250101-000000')
    mkdirSync(damaged, { recursive: true })
    writeFileSync(path.join(damaged, 'cycle.json'), '{')
    const { metrics } = await genesisJson<{ metrics: string }>(['metrics', '--home', place.root])
    assert.equal(valuesIn(metrics).get('genesis_improvement_unreadable_cycles'), 1)
    assert.equal(valuesIn(metrics).get('genesis_improvement_waiting_learnings'), 3)
  })

  test('a file that cannot be written is a usage error, and no directory is made for it', async (t) => {
    const place = home(t)
    const directory = temporaryDirectory(t)
    for (const file of [directory, path.join(directory, 'nowhere', 'genesis.prom')])
      await failing(['metrics', '--textfile', file, '--home', place.root], 2, 'GI-USAGE')
    assert.deepEqual(readdirSync(directory), [])
  })

  test('--textfile replaces the file in one piece, readable for another user', async (t) => {
    const directory = temporaryDirectory(t)
    const file = path.join(directory, 'genesis.prom')
    const { root } = home(t)
    for (let round = 0; round < 2; round += 1)
      assert.deepEqual(await genesisJson(['metrics', '--textfile', file, '--home', root]), { textfile: file })
    assert.deepEqual(readdirSync(directory), ['genesis.prom'])
    assert.equal(statSync(file).mode & 0o777, 0o644)
    assert.equal(valuesIn(readFileSync(file, 'utf8')).get('genesis_improvement_waiting_learnings'), 3)
    await failing(['metrics', '--home', path.join(directory, 'none')], 10, 'GI-HOME-UNUSABLE')
  })

  test('over HTTP count what the API was asked, beside the same', async (t) => {
    const served = await serving(t, home(t))
    await served.ask('/healthz')
    await served.ask('/api/v1/genesis/improvement/cycles/none')
    const { status, text, headers } = await served.ask('/metrics', {}, served.metrics)
    assert.equal(status, 200)
    assert.match(String(headers['content-type']), /^text\/plain; version=0\.0\.4/)
    const values = valuesIn(text)
    assert.equal(values.get('genesis_improvement_waiting_learnings'), 3)
    assert.equal(values.get('genesis_improvement_api_requests_total{method="GET",path="/healthz",status="200"}'), 1)
    const unknown = 'genesis_improvement_api_requests_total{method="GET",path="/api/v1/genesis/improvement/cycles/:id",status="404"}'
    assert.equal(values.get(unknown), 1)
    assert.equal((await served.ask('/metrics')).status, 404)
  })

  test('pass "promtool check metrics", and so do the alert rules', withPromtool, async (t) => {
    const served = await serving(t, home(t))
    await served.ask('/healthz')
    const { text } = await served.ask('/metrics', {}, served.metrics)
    const checked = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' })
    assert.deepEqual([checked.status, checked.stdout + checked.stderr], [0, ''])
    const rules = spawnSync('promtool', ['check', 'rules', 'docs/alerts.yml'], { cwd: packageRoot(), encoding: 'utf8' })
    assert.equal(rules.status, 0, rules.stderr)
  })

  test('every metric in the alert rules is one that there is', async (t) => {
    const { stdout } = await genesis(['metrics', '--home', home(t).root])
    const rules = readFileSync(path.join(packageRoot(), 'docs', 'alerts.yml'), 'utf8')
    for (const [name] of rules.matchAll(/genesis_improvement_\w+/g))
      assert.ok(stdout.includes(`# TYPE ${name} `) || name === 'genesis_improvement_last_check_timestamp_seconds', name)
  })
})
