import assert from 'node:assert/strict'
import { existsSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { cancelCycle } from '../../src/cycle/cancel.ts'
import { readHistory } from '../../src/cycle/history.ts'
import { cancelRequest } from '../../src/cycle/run-lock.ts'
import { checkUntilIdle } from '../../src/cycle/until-idle.ts'
import { GenesisError } from '../../src/errors.ts'
import { directoryServing } from '../../src/serving/directory.ts'
import { readRelease } from '../../src/serving/release-files.ts'
import { atEveryMoment } from './moments.ts'
import { hourMs, readyPlace } from './workplace.ts'
import type { Workplace } from './workplace.ts'

const releaseOf = (cycle: string): string => cycle.replace('cycle-', 'genesis-')

/** Nothing of the cancelled cycle is left to act on, and every learning waits or is held out as before. */
async function assertCancelled(place: Workplace, cycle: string, trainings: number): Promise<void> {
  const { home } = place
  const state = await place.state()
  assert.deepEqual([state.open_cycle, state.last_cycle?.outcome, state.last_cycle?.id], [null, 'CANCELLED', cycle])
  assert.deepEqual([state.current_model, state.training_runs, state.backoff], ['genesis-base', trainings, null])
  assert.equal(state.learnings_since_training + (state.last_cycle?.newly_pinned ?? 0), 100)
  assert.deepEqual(place.fates(), [])
  assert.equal(await directoryServing(home).served(), null)
  const release = releaseOf(cycle)
  assert.equal(await directoryServing(home).locate(release), null)
  assert.equal((await readRelease(home, release))?.deployedAt ?? null, null)
  const next = await place.check()
  assert.equal(next.action, 'none')
  assert.match(next.explanation, /^No learning, base or setting has changed since cycle .* which ended CANCELLED$/)
}

describe('cancelling an open cycle', () => {
  for (const [step, trainings] of [
    ['collect', 0],
    ['train', 0],
    ['evaluate', 1],
    ['deploy', 1],
    ['conclude', 1],
  ] as const) {
    test(`between steps, before ${step}: it is closed at once and leaves everything as it was`, async () => {
      const place = readyPlace()
      await place.runUntilNext(step)
      const [cycle = ''] = place.cycles()
      assert.deepEqual(await cancelCycle(place.workshop, place.config, undefined), { id: cycle, closed: true, damaged: null })
      await assertCancelled(place, cycle, trainings)
    })
  }

  test('when conclude had given the fates and was cut short: they are taken back', async () => {
    const place = readyPlace()
    await place.runUntilNext('conclude')
    const [cycle = ''] = place.cycles()
    let cut = place
    await atEveryMoment(
      async () => await place.check(),
      ({ what, path: changed }) => void (what === 'rename' && changed.endsWith('conclude.attempt-1') && (cut = place.copy())),
    )
    assert.equal(cut.fates().length, 100)
    await cancelCycle(cut.workshop, cut.config, cycle)
    await assertCancelled(cut, cycle, 1)
  })

  test('during a step: the step is told to stop, and whoever runs it closes the cycle', async () => {
    const place = readyPlace()
    await place.runUntilNext('train')
    const [cycle = ''] = place.cycles()
    const cancelled: Promise<unknown>[] = []
    place.trainer.faults = {
      afterEach: async (step, signal) => {
        if (step < 2) return
        cancelled.push(cancelCycle(place.workshop, place.config, undefined))
        while (!signal.aborted) await delay(20)
      },
    }
    const result = await place.checkLocked()
    assert.deepEqual(await Promise.all(cancelled), [{ id: cycle, closed: false, damaged: null }])
    assert.deepEqual([result.step, result.outcome, result.error], ['train', 'CANCELLED', null])
    assert.equal(place.trainer.steps, 2)
    assert.ok(place.events(cycle).some((event) => event.event === 'step-interrupted'))
    await assertCancelled(place, cycle, 0)
  })

  test('during a step that ends before it hears of it: the cycle is closed all the same, in that check', async () => {
    const place = readyPlace()
    await place.runUntilNext('train')
    const [cycle = ''] = place.cycles()
    place.trainer.faults = { afterEach: () => writeFileSync(cancelRequest(place.home, cycle), '') }
    const result = await place.check()
    assert.deepEqual([result.step, result.outcome], ['train', 'CANCELLED'])
    await assertCancelled(place, cycle, 1)
  })

  test('until-idle ends with it and does not go on to another cycle', async () => {
    const place = readyPlace()
    await place.runUntilNext('package')
    const [cycle = ''] = place.cycles()
    writeFileSync(cancelRequest(place.home, cycle), '')
    assert.equal((await checkUntilIdle(place.workshop, place.config, () => undefined)).outcome, 'CANCELLED')
    assert.deepEqual(place.cycles(), [cycle])
  })

  test('that is not there, or not open, is an error', async () => {
    const place = readyPlace()
    const refused = (error: unknown): boolean => error instanceof GenesisError && error.code === 'GI-NO-OPEN-CYCLE'
    await assert.rejects(cancelCycle(place.workshop, place.config, undefined), refused)
    await place.check()
    await assert.rejects(cancelCycle(place.workshop, place.config, 'cycle-20200101-000000'), refused)
    assert.notEqual((await place.state()).open_cycle, null)
  })

  test('whose journal is damaged is set aside, hidden but kept, and the next one can be opened', async () => {
    const place = readyPlace()
    await place.runUntilNext('prepare')
    const [cycle = ''] = place.cycles()
    writeFileSync(path.join(place.home.cycles, cycle, 'journal.jsonl'), 'no journal\n')
    await assert.rejects(place.check(), { code: 'GI-JOURNAL-UNREADABLE' })
    const keptAs = path.join(place.home.cycles, `.damaged-${cycle}`)
    const ended = await cancelCycle(place.workshop, place.config, cycle)
    assert.deepEqual(ended, { id: cycle, closed: true, damaged: { keptAs, servedAgain: null } })
    assert.deepEqual(place.cycles(), [])
    assert.ok(existsSync(keptAs))
    assert.equal((await place.check()).action, 'opened')
  })

  test('that has ended and whose records are damaged is set aside as well: history goes on without it, and what it deployed stays', async () => {
    const place = readyPlace()
    await place.runToEnd()
    const [cycle = ''] = place.cycles()
    const before = await place.state()
    writeFileSync(path.join(place.home.cycles, cycle, 'cycle.json'), '{"half')
    await assert.rejects(readHistory(place.workshop), { code: 'GI-JOURNAL-UNREADABLE' })
    const { damaged } = await cancelCycle(place.workshop, place.config, cycle)
    assert.deepEqual(damaged, { keptAs: path.join(place.home.cycles, `.damaged-${cycle}`), servedAgain: null })
    assert.deepEqual([await readHistory(place.workshop), await place.state()], [[], before])
    assert.equal((await directoryServing(place.home).served())?.name, releaseOf(cycle))
    assert.equal((await place.check()).action, 'none')
  })

  for (const file of ['journal.jsonl', 'cycle.json'])
    test(`whose ${file} is damaged after it had switched production: what the state says is served again, and that is said`, async () => {
      const place = readyPlace()
      await place.runToEnd()
      const [first] = place.cycles().map(releaseOf)
      place.nowMs += hourMs
      place.learn(100, 'other')
      await place.runUntilNext('conclude')
      const [, cycle = ''] = place.cycles()
      const served = async (): Promise<unknown> => (await directoryServing(place.home).served())?.name
      assert.equal(await served(), releaseOf(cycle))
      writeFileSync(path.join(place.home.cycles, cycle, file), '{"half')
      const { damaged } = await cancelCycle(place.workshop, place.config, undefined)
      assert.equal(damaged?.servedAgain, first)
      assert.equal(await served(), first)
      assert.equal(await directoryServing(place.home).locate(releaseOf(cycle)), null)
      const { open_cycle, current_model } = await place.state()
      assert.deepEqual([open_cycle, current_model], [null, first])
    })
})

describe('a step that is told to stop', () => {
  test('is interrupted: GI-INTERRUPTED, exit 130; the next check goes on from there', async () => {
    const place = readyPlace()
    await place.runUntilNext('train')
    place.trainer.faults = { afterEach: (step) => step === 3 && place.stop.abort(new GenesisError('GI-INTERRUPTED')) }
    await assert.rejects(place.checkLocked(), { code: 'GI-INTERRUPTED', exitCode: 130 })
    place.stop = new AbortController()
    place.trainer.faults = {}
    assert.deepEqual([(await place.checkLocked()).action, place.trainer.steps], ['resumed', 4])
    await place.runToEnd()
    assert.equal((await place.state()).training_runs, 1)
  })
})
