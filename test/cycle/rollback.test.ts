import assert from 'node:assert/strict'
import { appendFileSync } from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import { rollback } from '../../src/cycle/rollback.ts'
import { readStatus } from '../../src/cycle/status.ts'
import { triggerCycle } from '../../src/cycle/trigger.ts'
import { directoryServing } from '../../src/serving/directory.ts'
import { readRelease } from '../../src/serving/release-files.ts'
import { hourMs, readyPlace } from './workplace.ts'
import type { Workplace } from './workplace.ts'

const releaseOf = (cycle: string): string => cycle.replace('cycle-', 'genesis-')
const servedBy = async (place: Workplace): Promise<string> => (await directoryServing(place.home).served())?.name ?? 'genesis-base'

describe('rolling back', async () => {
  const two = readyPlace()
  await two.runToEnd()
  const one = two.copy()
  two.nowMs += hourMs
  two.learn(100, 'other')
  await two.runToEnd()
  const [firstCycle = '', secondCycle = ''] = two.cycles()
  const [first, second] = [releaseOf(firstCycle), releaseOf(secondCycle)]

  test('the only release serves the base again, and its learnings are waiting again but for those held out', async () => {
    const place = one.copy()
    assert.deepEqual(await rollback(place.workshop, place.config, undefined), { from: first, to: 'genesis-base' })
    const state = await place.state()
    assert.equal(await servedBy(place), 'genesis-base')
    assert.deepEqual([state.current_model, state.learnings_since_training, place.fates()], ['genesis-base', 60, []])
    assert.deepEqual([state.last_cycle?.outcome, state.last_cycle?.id, state.training_runs], ['ROLLED_BACK', firstCycle, 1])
    // What is shown is the accuracy of the base, as the cycle found it: .2 x 0 + .8 x 1.
    assert.equal(state.improvement_score, 0.8)
    assert.ok((await readRelease(place.home, first))?.rolledBackAt)
    const status = await readStatus(place.workshop, place.config)
    assert.equal(status.why_not_deployed, `${firstCycle} ended with ROLLED_BACK: ${first} was rolled back to genesis-base`)
  })

  test('backs off 24 hours; then the same learnings are not trained on again, and one more is enough', async () => {
    const place = one.copy()
    await rollback(place.workshop, place.config, undefined)
    const { triggers, explanation } = await place.check()
    assert.deepEqual([triggers?.due, triggers?.triggers[0]?.value], [true, 100])
    assert.match(explanation, /^Backing off until /)
    place.nowMs += 25 * hourMs
    assert.match((await place.check()).explanation, /^No learning, base or setting has changed since cycle .* which ended ROLLED_BACK$/)
    place.learn(1, 'fix more')
    assert.equal((await place.check()).action, 'opened')
  })

  test('twice goes back by one release each time, to the base in the end, and no further', async () => {
    const place = two.copy()
    assert.deepEqual(await rollback(place.workshop, place.config, undefined), { from: second, to: first })
    assert.equal(await servedBy(place), first)
    // Of the 100 of the second cycle 40 stay held out; those of the first keep their fates.
    assert.deepEqual([(await place.state()).learnings_since_training, place.fates().length], [60, 100])
    assert.equal((await place.state()).backoff?.doublings, 0)
    assert.deepEqual(await rollback(place.workshop, place.config, undefined), { from: first, to: 'genesis-base' })
    assert.deepEqual([(await place.state()).learnings_since_training, place.fates().length], [120, 0])
    assert.equal((await place.state()).backoff?.doublings, 1)
    await assert.rejects(rollback(place.workshop, place.config, undefined), { code: 'GI-NOTHING-TO-ROLL-BACK' })
  })

  test('to the base by name undoes both releases at once', async () => {
    const place = two.copy()
    assert.deepEqual(await rollback(place.workshop, place.config, 'genesis-base'), { from: second, to: 'genesis-base' })
    const state = await place.state()
    assert.deepEqual([await servedBy(place), state.learnings_since_training, place.fates().length], ['genesis-base', 120, 0])
    for (const name of [first, second]) assert.ok((await readRelease(place.home, name))?.rolledBackAt)
    assert.equal(state.improvement_score, 0.8)
  })

  test('to what is unknown, is served already, or was not in production before it is refused, and changes nothing', async () => {
    const place = two.copy()
    await rollback(place.workshop, place.config, undefined)
    const before = await place.state()
    await assert.rejects(rollback(place.workshop, place.config, 'genesis-20200101-000000'), { code: 'GI-RELEASE-UNKNOWN' })
    await assert.rejects(rollback(place.workshop, place.config, first), { code: 'GI-NOTHING-TO-ROLL-BACK' })
    await assert.rejects(rollback(place.workshop, place.config, second), { code: 'GI-RELEASE-UNKNOWN' })
    assert.deepEqual(await place.state(), before)
    assert.equal(await servedBy(place), first)
  })

  test('to the candidate of an open cycle, which nobody has judged, is refused', async () => {
    const place = one.copy()
    place.learn(100, 'other')
    await place.runUntilNext('evaluate')
    const candidate = releaseOf(place.cycles()[1] ?? '')
    await assert.rejects(rollback(place.workshop, place.config, candidate), { code: 'GI-RELEASE-UNKNOWN' })
    assert.notEqual((await place.state()).open_cycle, null)
  })

  test('to a release whose weights are damaged is refused; the rollback is not tried again by the next check', async () => {
    const place = two.copy()
    appendFileSync(path.join(place.home.models, first, 'model.gguf'), 'x')
    await assert.rejects(rollback(place.workshop, place.config, undefined), { code: 'GI-RELEASE-DAMAGED' })
    const state = await place.state()
    assert.deepEqual([state.pending_rollback, state.current_model, await servedBy(place)], [null, second, second])
    assert.equal((await place.check()).action, 'none')
  })

  for (const step of ['train', 'evaluate', 'conclude'] as const) {
    test(`with a cycle open before ${step}: it is cancelled, and stays so; what counts for the triggers is the rollback`, async () => {
      const place = one.copy()
      place.nowMs += hourMs
      place.learn(100, 'other')
      await place.runUntilNext(step)
      const opened = place.cycles()[1] ?? ''
      await rollback(place.workshop, place.config, undefined)
      assert.equal(await servedBy(place), 'genesis-base')
      for (let check = 0; check < 2; check += 1) {
        assert.match((await place.check()).explanation, /^Backing off until /)
        const state = await place.state()
        assert.deepEqual([state.open_cycle, state.last_cycle?.id, state.last_cycle?.outcome], [null, firstCycle, 'ROLLED_BACK'])
      }
      const end = place.events(opened).at(-1)
      assert.deepEqual(end?.event === 'closed' && [end.outcome, end.reasons], [
        'CANCELLED',
        [`${first} was rolled back while the cycle was open`],
      ])
      assert.deepEqual(place.fates(), [])
      assert.equal(await directoryServing(place.home).locate(releaseOf(opened)), null)
    })
  }

  test('and training anew gives a release that follows the base', async () => {
    const place = one.copy()
    await rollback(place.workshop, place.config, undefined)
    place.nowMs += hourMs
    place.learn(1, 'fix more')
    const { id } = await triggerCycle(place.workshop, place.config)
    await place.runToEnd()
    const state = await place.state()
    assert.deepEqual([state.current_model, state.last_cycle?.outcome, state.learnings_since_training], [releaseOf(id), 'DEPLOY', 0])
    assert.equal((await readRelease(place.home, releaseOf(id)))?.previous, 'genesis-base')
  })
})
