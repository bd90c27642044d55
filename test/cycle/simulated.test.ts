import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import { countLearnings } from '../../src/learnings/counting.ts'
import { removeSimulated, writeSimulatedLearnings } from '../../src/learnings/simulation.ts'
import { directoryServing } from '../../src/serving/directory.ts'
import { linesOf, newPlace, readyPlace, Workplace } from './workplace.ts'

const simulated = { source: 'simulation' }

describe('simulated learnings', () => {
  test('alone run a whole cycle that deploys to the directory; what is held out stays in a file of its own', async () => {
    const place = new Workplace(newPlace())
    place.learn(100, 'fix', simulated)
    place.retain(100)
    await place.runToEnd()
    const state = await place.state()
    assert.deepEqual([state.last_cycle?.outcome, state.learnings_since_training, state.last_cycle?.newly_pinned], ['DEPLOY', 0, 40])
    assert.deepEqual(place.pinned(), [])
    assert.equal(linesOf(place.home.simulatedPinned).length, 140)
    assert.ok((linesOf(place.home.holdoutDecisions) as { simulated?: boolean }[]).every((row) => row.simulated === true))
  })

  test('among real ones make a cycle that never deploys and never pins, however good its candidate is', async () => {
    const place = readyPlace()
    place.learn(1, 'fix made up', simulated)
    const results = await place.runToEnd()
    assert.deepEqual(
      results.map(({ step }) => step),
      [null, 'collect', 'prepare', 'train', 'package', 'evaluate', 'decide', 'conclude'],
    )
    const state = await place.state()
    assert.deepEqual([state.last_cycle?.outcome, state.current_model], ['ABSTAIN', 'genesis-base'])
    assert.match(state.last_cycle?.reasons[0] ?? '', /simulated learnings/)
    assert.equal(await directoryServing(place.home).served(), null)
    assert.deepEqual(
      [place.pinned(), linesOf(place.home.simulatedPinned), linesOf(place.home.holdoutDecisions), place.fates()],
      [[], [], [], []],
    )
    // Nothing is held out, so nothing may count twice: 101 are waiting, not 141.
    assert.deepEqual([state.learnings_since_training, state.last_cycle?.newly_pinned], [101, 0])
    assert.equal((await place.check()).triggers?.triggers[0]?.value, 101)
  })

  test('are removed with everything that was made from them, so that real ones start afresh', async () => {
    const place = new Workplace(newPlace(), { dataset: { retentionTarget: 0 } })
    await writeSimulatedLearnings(place.home, 100, 1)
    await place.runToEnd()
    assert.ok(linesOf(place.home.simulatedPinned).length > 0)
    assert.equal(await removeSimulated(place.home), 100)
    assert.deepEqual([linesOf(place.home.simulatedPinned), linesOf(place.home.holdoutDecisions)], [[], []])
    const { last_cycle: last } = await place.state()
    assert.ok((last?.newly_pinned ?? 0) > 0)
    assert.equal((await place.check()).triggers?.triggers[0]?.value, 0)
  })

  test('that were deployed are removed with their fates, so that the same ones count again; fates of real ones stay', async () => {
    const place = new Workplace(newPlace())
    place.learn(100, 'fix', simulated)
    place.succeed(10, 'accepted', simulated)
    place.retain(100)
    await place.runToEnd()
    assert.deepEqual([(await place.state()).last_cycle?.outcome, place.fates().length], ['DEPLOY', 110])
    const real = { id: 'fix-1', fate: 'used' }
    writeFileSync(path.join(place.home.fates, 'cycle-20200101-000000.jsonl'), `${JSON.stringify(real)}\n`)
    await removeSimulated(place.home)
    assert.deepEqual(place.fates(), [real])
    place.learn(100, 'fix', simulated)
    assert.equal((await countLearnings(place.home)).waiting, 99)
  })
})
