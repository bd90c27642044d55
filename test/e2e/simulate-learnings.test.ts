import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import type { Home } from '../../src/state/home.ts'
import { makeArtefact } from '../fakes/release.ts'
import { corrections, failing, genesis, genesisJson, temporaryHome } from './program.ts'

const promisedLine = '✅ TRIGGER CONDITIONS MET - Ready for improvement cycle!'

/** As programs of the earlier system read it. */
const countInState = (home: Home): unknown =>
  (JSON.parse(readFileSync(home.state, 'utf8')) as Record<string, unknown>)['learnings_since_training']

describe('simulate-learnings in an empty home', () => {
  test('100 end with the promised line, and status is due', async (t) => {
    const home = temporaryHome(t)
    const { code, stdout } = await genesis(['simulate-learnings', '100', '--home', home.root])
    assert.equal(code, 0)
    assert.equal(stdout.trimEnd().split('\n').at(-1), promisedLine)
    const status = await genesisJson(['status', '--home', home.root])
    assert.deepEqual([status['should_trigger'], status['learnings_since_training']], [true, 100])
    assert.equal(countInState(home), 100)
  })

  test('99 are not due, and the line is not printed', async (t) => {
    const home = temporaryHome(t)
    const { code, stdout } = await genesis(['simulate-learnings', '99', '--home', home.root])
    assert.equal(code, 0)
    assert.ok(!stdout.includes(promisedLine))
    assert.match(stdout, /99 of 100 learnings/)
    assert.equal((await genesisJson(['status', '--home', home.root]))['should_trigger'], false)
  })

  test('are marked, varied and the same for the same seed; a second call replaces the first', async (t) => {
    const home = temporaryHome(t)
    const made = async (...args: string[]): Promise<string> => {
      await genesisJson(['simulate-learnings', ...args, '--home', home.root])
      return readFileSync(home.learningsJson, 'utf8')
    }
    const first = await made('40', '--seed', '7')
    assert.notEqual(await made('40', '--seed', '8'), first)
    assert.equal(await made('40', '--seed', '7'), first)
    const { learnings } = JSON.parse(first) as { learnings: { source: string; type: string; category: string; input: string }[] }
    assert.equal(learnings.length, 40)
    assert.ok(learnings.every(({ source }) => source === 'simulation'))
    assert.equal(new Set(learnings.map(({ input }) => input)).size, 40)
    assert.ok(new Set(learnings.map(({ category }) => category)).size >= 3)
    assert.equal((await genesisJson(['status', '--home', home.root]))['learnings_since_training'], 40)
  })

  test('--json tells what status would', async (t) => {
    const home = temporaryHome(t)
    const document = await genesisJson(['simulate-learnings', '3', '--home', home.root])
    assert.deepEqual(Object.keys(document).sort(), ['seed', 'should_trigger', 'simulated', 'trigger_reason', 'triggers', 'waiting'])
    assert.deepEqual([document['simulated'], document['waiting'], document['should_trigger']], [3, 3, false])
  })

  test('--remove takes all of it away again', async (t) => {
    const home = temporaryHome(t)
    await genesisJson(['simulate-learnings', '5', '--home', home.root])
    assert.deepEqual(await genesisJson(['simulate-learnings', '--remove', '--home', home.root]), { removed: 5 })
    assert.equal(existsSync(home.learningsJson), false)
    assert.equal((await genesisJson(['status', '--home', home.root]))['learnings_since_training'], 0)
    assert.equal(countInState(home), 0)
    assert.deepEqual(await genesisJson(['simulate-learnings', '--remove', '--home', home.root]), { removed: 0 })
  })
})

describe('simulate-learnings is refused, exit 10, and nothing is changed', () => {
  test('in a home with a real learning; --force adds them beside it and --remove leaves it', async (t) => {
    const home = temporaryHome(t, { learnings: corrections(1) })
    const before = readFileSync(home.learningsJson)
    await failing(['simulate-learnings', '10', '--home', home.root], 10, 'GI-SIMULATION-REFUSED')
    assert.deepEqual(readFileSync(home.learningsJson), before)

    await genesisJson(['simulate-learnings', '10', '--force', '--home', home.root])
    assert.equal((await genesisJson(['status', '--home', home.root]))['learnings_since_training'], 11)
    assert.deepEqual(await genesisJson(['simulate-learnings', '--remove', '--home', home.root]), { removed: 10 })
    assert.deepEqual(readFileSync(home.learningsJson), before)
    assert.equal((await genesisJson(['status', '--home', home.root]))['learnings_since_training'], 1)
  })

  test('in a home with a recorded learning', async (t) => {
    const home = temporaryHome(t)
    await genesisJson(['learn', '--input', 'q', '--wanted', 'a', '--home', home.root])
    await failing(['simulate-learnings', '10', '--home', home.root], 10, 'GI-SIMULATION-REFUSED')
    assert.equal(existsSync(home.learningsJson), false)
  })

  test('in a home with a release', async (t) => {
    const home = temporaryHome(t)
    mkdirSync(home.models)
    await makeArtefact(path.join(home.models, 'genesis-20250101-000000'), 'genesis-20250101-000000', 'weights')
    await failing(['simulate-learnings', '10', '--home', home.root], 10, 'GI-SIMULATION-REFUSED')
    assert.equal(existsSync(home.learningsJson), false)
  })
})
