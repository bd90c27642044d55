import assert from 'node:assert/strict'
import { readFileSync, readlinkSync } from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import type { Home } from '../../src/state/home.ts'
import { failing, genesis, genesisJson, temporaryHome } from './program.ts'
import { homeWithReleases, newer, older } from './released-home.ts'

const served = (home: Home): string => readlinkSync(path.join(home.models, 'current'))

describe('rollback', () => {
  test('goes back one release at a time, switches current, and gives the learnings back', async (t) => {
    const home = await homeWithReleases(t)
    const waiting = async (): Promise<unknown> => (await genesisJson(['status', '--home', home.root]))['learnings_since_training']
    assert.equal(await waiting(), 0)
    assert.deepEqual(await genesisJson(['rollback', '--home', home.root]), { from: `genesis-${newer}`, to: `genesis-${older}` })
    assert.equal(served(home), `genesis-${older}`)
    assert.equal(await waiting(), 1)
    assert.deepEqual(await genesisJson(['rollback', '--home', home.root]), { from: `genesis-${older}`, to: 'genesis-base' })
    assert.throws(() => served(home), { code: 'ENOENT' })
    assert.equal(await waiting(), 2)
    await failing(['rollback', '--home', home.root], 10, 'GI-NOTHING-TO-ROLL-BACK')
    const status = await genesisJson(['status', '--home', home.root])
    assert.deepEqual([status['current_model'], status['training_runs']], ['genesis-base', 2])
  })

  test('to a named one takes those between with it', async (t) => {
    const home = await homeWithReleases(t)
    const { stdout } = await genesis(['rollback', 'genesis-base', '--home', home.root])
    assert.match(stdout, new RegExp(`genesis-base is served again; genesis-${newer} is not`))
    assert.equal((await genesisJson(['status', '--home', home.root]))['learnings_since_training'], 2)
    const { releases } = await genesisJson<{ releases: { rolledBackAt: string | null }[] }>(['history', '--home', home.root])
    assert.ok(releases.every(({ rolledBackAt }) => rolledBackAt !== null))
  })

  test('to one that does not exist, or is served, changes nothing, exit 10', async (t) => {
    const home = await homeWithReleases(t)
    const state = readFileSync(home.state)
    await failing(['rollback', 'genesis-20240101-000000', '--home', home.root], 10, 'GI-RELEASE-UNKNOWN')
    await failing(['rollback', 'nonsense', '--home', home.root], 10, 'GI-RELEASE-UNKNOWN')
    await failing(['rollback', `genesis-${newer}`, '--home', home.root], 10, 'GI-NOTHING-TO-ROLL-BACK')
    assert.equal(served(home), `genesis-${newer}`)
    assert.deepEqual(readFileSync(home.state), state)
  })
})

describe('history and show', () => {
  test('list cycles and releases, within 80 columns', async (t) => {
    const home = await homeWithReleases(t)
    const document = await genesisJson<{
      current_model: string
      cycles: { id: string; outcome: string; release: string }[]
      releases: { name: string }[]
    }>(['history', '--home', home.root])
    assert.equal(document.current_model, `genesis-${newer}`)
    assert.deepEqual(
      document.cycles.map(({ id, outcome, release }) => [id, outcome, release]),
      [older, newer].map((id) => [`cycle-${id}`, 'DEPLOY', `genesis-${id}`]),
    )
    assert.deepEqual(document.releases.map(({ name }) => name).sort(), [`genesis-${older}`, `genesis-${newer}`])
    const { stdout } = await genesis(['history', '--home', home.root])
    assert.match(stdout, new RegExp(`genesis-${newer} .*current`))
    for (const line of stdout.split('\n')) assert.ok(line.length <= 80, line)
  })

  test('of a home without cycles say so; an unknown cycle is exit 10', async (t) => {
    const home = temporaryHome(t)
    assert.match((await genesis(['history', '--home', home.root])).stdout, /No cycle has run yet/)
    assert.deepEqual(await genesisJson(['history', '--home', home.root]), { current_model: 'genesis-base', cycles: [], releases: [] })
    await failing(['show', '--home', home.root], 10, 'GI-CYCLE-UNKNOWN')
    await failing(['show', 'cycle-20250101-000000', '--home', home.root], 10, 'GI-CYCLE-UNKNOWN')
    await failing(['show', '../../etc/passwd', '--home', home.root], 10, 'GI-CYCLE-UNKNOWN')
  })
})

describe('commands that find nothing to work with', () => {
  test('cancel without an open cycle, or with one that is not open: exit 10', async (t) => {
    const home = await homeWithReleases(t)
    await failing(['cancel', '--home', home.root], 10, 'GI-NO-OPEN-CYCLE')
    await failing(['cancel', `cycle-${older}`, '--home', home.root], 10, 'GI-NO-OPEN-CYCLE')
  })

  test('trigger without a usable learning: exit 10', async (t) => {
    const home = temporaryHome(t, { learnings: [{ input: 'q' }] })
    await failing(['trigger', '--home', home.root], 10, 'GI-NO-USABLE-LEARNING')
    await failing(['trigger', '--wait', '--home', home.root], 10, 'GI-NO-USABLE-LEARNING')
  })

  test('ask without a base, without the engine, and without a question', async (t) => {
    const home = temporaryHome(t)
    await failing(['ask', 'hello?', '--home', home.root], 10, 'GI-BASE-MISSING')
    await failing(['ask', ' ', '--home', home.root], 2, 'GI-USAGE')
    const complete = await homeWithReleases(t)
    await failing(['ask', 'hello?', '--home', complete.root], 10, 'GI-ENGINE-MISSING')
  })

  test('engine status without the engine: exit 10 with what to do, as a result and not as an error', async () => {
    const status = await genesisJson<{ installed: boolean; problems: { code: string }[] }>(['engine', 'status'], { code: 10 })
    assert.equal(status.installed, false)
    assert.equal(status.problems[0]?.code, 'GI-ENGINE-MISSING')
    assert.match((await genesis(['engine', 'status'])).stdout, /not installed[^]*genesis-improve engine install/)
  })
})
