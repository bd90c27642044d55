import assert from 'node:assert/strict'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import { readManifest } from '../../src/cycle/cycle-directory.ts'
import { reconcile } from '../../src/cycle/reconcile.ts'
import { rollback } from '../../src/cycle/rollback.ts'
import { triggerCycle } from '../../src/cycle/trigger.ts'
import { directoryServing } from '../../src/serving/directory.ts'
import type { State } from '../../src/state/state.ts'
import { forgetful, hourMs, learning, readyPlace, textOf } from './workplace.ts'
import type { Workplace } from './workplace.ts'

interface Backup {
  what: string
  text: string
}

/** A home with a long past, and its state file as it was after each thing that happened. */
async function placeWithPast(): Promise<{ place: Workplace; backups: Backup[] }> {
  const place = readyPlace()
  const backups: Backup[] = []
  const keep = (what: string): void => void backups.push({ what, text: textOf(place.home.state) })
  const toRest = async (what: string): Promise<void> => {
    for (;;) {
      const { action, step } = await place.check()
      keep(`${what}: ${step ?? action}`)
      if (action === 'none') break
    }
    place.nowMs += hourMs
  }
  await toRest('the first cycle, which deploys')
  place.learn(100, 'other')
  await toRest('the second cycle, which deploys')
  place.learn(100, 'third')
  await place.runUntilNext('evaluate')
  keep('the third cycle, open')
  await rollback(place.workshop, place.config, undefined)
  keep('the rollback, which cancels the third cycle')
  place.nowMs += hourMs
  place.mind = forgetful
  await triggerCycle(place.workshop, place.config)
  await toRest('the fourth cycle, which is refused')
  place.mind = learning
  await rollback(place.workshop, place.config, undefined)
  keep('the rollback to the base')
  place.nowMs += hourMs
  await triggerCycle(place.workshop, place.config)
  await toRest('the fifth cycle, on the base')
  return { place, backups }
}

/** Without the times of looks and the count, which the next check sets anyway. */
const followsFromCycles = (state: State): object => ({ ...state, last_check_time: 0, first_check_time: 0, learnings_since_training: 0 })

describe('a state file from a backup that is older than the cycles of its home', async () => {
  const { place, backups } = await placeWithPast()
  const present = await place.state()
  const served = (await directoryServing(place.home).served())?.name ?? 'genesis-base'

  test('has seen what this test is about', () => {
    assert.equal(place.cycles().length, 5)
    assert.deepEqual([present.training_runs, present.current_model], [5, served])
    assert.ok(backups.length > 20)
  })

  test('is brought forward by the next check, whichever it is: trainings, model, last cycle, backoff; and that is said', async () => {
    for (const { what, text } of backups) {
      const restored = place.copy()
      writeFileSync(restored.home.state, text)
      const isOld = JSON.stringify(followsFromCycles(await restored.state())) !== JSON.stringify(followsFromCycles(present))
      const state = await reconcile(restored.workshop)
      assert.deepEqual(followsFromCycles(state), followsFromCycles(present), what)
      assert.equal((await directoryServing(restored.home).served())?.name ?? 'genesis-base', served, what)
      if (isOld) {
        assert.equal(state.learnings_since_training, present.learnings_since_training, what)
        // A state in which the newest cycle is still open is mended as after a crash, without a word.
        if ((JSON.parse(text) as State).open_cycle !== place.cycles().at(-1))
          assert.match(restored.notices.join(), /restoring a backup.*brought forward: /)
      } else assert.deepEqual(restored.notices, [], what)
      assert.deepEqual(await reconcile(restored.workshop), state, `${what}: done once`)
      assert.ok(restored.notices.length <= 1, what)
    }
  })

  test('is brought forward by trigger too, so that the new cycle is judged against what is served', async () => {
    for (const { what, text } of backups) {
      const restored = place.copy()
      writeFileSync(restored.home.state, text)
      const { id, opened } = await triggerCycle(restored.workshop, restored.config)
      if (opened) assert.equal((await readManifest(restored.home, id)).baseline, served, what)
      else assert.ok(place.cycles().includes(id), what)
    }
  })

  test('that is gone altogether is rebuilt to the same, but for the accuracy of a base that is served again, which no release records', async () => {
    const restored = place.copy()
    rmSync(restored.home.state)
    const { improvement_score } = present
    assert.deepEqual(
      followsFromCycles({ ...(await reconcile(restored.workshop)), rebuilt: null, improvement_score }),
      followsFromCycles(present),
    )
  })

  test('is not mended by a journal that can no longer be read; what the others tell is taken in', async () => {
    const [first] = backups
    const restored = place.copy()
    writeFileSync(restored.home.state, first?.text ?? '')
    const cycle = place.cycles()[3] ?? ''
    rmSync(path.join(restored.home.cycles, cycle, 'journal.jsonl'))
    const { training_runs: trainings, current_model: current } = await reconcile(restored.workshop)
    assert.deepEqual([trainings, current], [4, served])
  })

  test('of the earlier system keeps the trainings it had counted', async () => {
    const restored = place.copy()
    const earlier = {
      last_training_time: '2025-01-01T00:00:00Z',
      learnings_since_training: 3,
      current_model: 'genesis-base',
      training_runs: 7,
    }
    writeFileSync(restored.home.state, JSON.stringify(earlier))
    const { training_runs: trainings, current_model: current, last_training_time: at } = await reconcile(restored.workshop)
    assert.deepEqual([trainings, current, at], [12, served, present.last_training_time])
    assert.notEqual(readFileSync(restored.home.state, 'utf8'), '')
  })
})
