import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { approveCycle, rejectCycle } from '../../src/cycle/approve.ts'
import { readStatus } from '../../src/cycle/status.ts'
import { Config } from '../../src/config/schema.ts'
import { hourMs, readyPlace, startMs } from './workplace.ts'
import type { Workplace } from './workplace.ts'

/** Hours of the machine's own day, so many from the moment at which every workplace begins. */
function hoursFromStart(from: number, to: number): string {
  const text = (hours: number): string => new Date(startMs + hours * hourMs).toTimeString().slice(0, 5)
  return `${text(from)}-${text(to)}`
}

const withSettings = (place: Workplace, part: 'trainer' | 'gate', settings: object): void => {
  place.config = Config.parse({ ...place.config, [part]: { ...place.config[part], ...settings } })
}

describe('with gate.approval manual', () => {
  test('what the gate let through waits, says so, and is deployed once it was approved', async () => {
    const place = readyPlace()
    withSettings(place, 'gate', { approval: 'manual' })
    await place.runUntilNext('deploy')
    for (let look = 0; look < 2; look += 1) {
      const { action, waitingFor, next, explanation } = await place.check()
      assert.deepEqual([action, waitingFor, next], ['waiting', 'approval', 'deploy'])
      assert.match(explanation, /genesis-improve approve/)
    }
    const status = await readStatus(place.workshop, place.config)
    assert.equal(status.cycle?.waiting_for?.waitingFor, 'approval')
    assert.match(status.why_not_deployed ?? '', /waits: the gate says DEPLOY/)
    assert.equal((await place.state()).current_model, 'genesis-base')
    const id = await approveCycle(place.workshop, undefined)
    assert.equal(await approveCycle(place.workshop, id), id)
    await place.runToEnd()
    assert.equal((await place.state()).last_cycle?.outcome, 'DEPLOY')
  })

  test('what is rejected is never deployed; its learnings wait again, and the reason is kept', async () => {
    const place = readyPlace()
    withSettings(place, 'gate', { approval: 'manual' })
    await place.runUntilNext('deploy')
    await rejectCycle(place.workshop, place.config, undefined, 'too curt')
    const state = await place.state()
    assert.deepEqual(
      [state.current_model, state.last_cycle?.outcome, state.last_cycle?.reasons],
      ['genesis-base', 'CANCELLED', ['rejected by hand: too curt']],
    )
    assert.equal(state.open_cycle, null)
  })

  test('before the gate has decided, and without a cycle, there is nothing to approve', async () => {
    const place = readyPlace()
    await assert.rejects(approveCycle(place.workshop, undefined), { code: 'GI-NO-OPEN-CYCLE' })
    await place.runUntilNext('train')
    await assert.rejects(approveCycle(place.workshop, undefined), { code: 'GI-NOT-DECIDED' })
    await assert.rejects(approveCycle(place.workshop, 'cycle-20200101-000000'), { code: 'GI-NO-OPEN-CYCLE' })
  })

  test('a cycle that waits goes on when approval is no longer asked for', async () => {
    const place = readyPlace()
    withSettings(place, 'gate', { approval: 'manual' })
    await place.runUntilNext('deploy')
    assert.equal((await place.check()).action, 'waiting')
    withSettings(place, 'gate', { approval: 'auto' })
    await place.runToEnd()
    assert.equal((await place.state()).last_cycle?.outcome, 'DEPLOY')
  })
})

describe('with trainer.window', () => {
  test('everything but training goes on; training waits for its hours, and then runs', async () => {
    const place = readyPlace()
    withSettings(place, 'trainer', { window: hoursFromStart(5, 7) })
    await place.runUntilNext('train')
    const { action, waitingFor, explanation } = await place.check()
    assert.deepEqual([action, waitingFor], ['waiting', 'window'])
    assert.match(explanation, /^training runs from \d\d:\d\d to \d\d:\d\d only$/)
    place.nowMs += 6 * hourMs
    assert.equal((await place.check()).outcome, 'finished')
    assert.equal(place.trainer.steps, 4)
  })

  test('the end of its hours stops a training at a checkpoint, and the next ones go on from there', async () => {
    const place = readyPlace()
    await place.runUntilNext('train')
    withSettings(place, 'trainer', { window: hoursFromStart(0, 1) })
    // A tenth of a second is left.
    place.nowMs = startMs + hourMs - 100
    place.trainer.faults.afterEach = async (step, signal) => {
      if (step !== 2) return
      // The timer of the signal by itself does not keep a process alive.
      while (!signal.aborted) await sleep(10)
      place.nowMs = startMs + 2 * hourMs
    }
    const stopped = await place.check()
    assert.deepEqual([stopped.action, stopped.waitingFor, stopped.next], ['waiting', 'window', 'train'])
    assert.equal(place.trainer.steps, 2)
    place.trainer.faults = {}
    place.nowMs = startMs + 24 * hourMs
    assert.equal((await place.check()).outcome, 'finished')
    assert.equal(place.trainer.steps, 4)
  })
})
