import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Closed } from '../../src/cycle/journal.ts'
import {
  backoffAfter,
  checked,
  cycleClosed,
  cycleOpened,
  rollbackIntended,
  rolledBack,
  trainingFinished,
} from '../../src/cycle/state-changes.ts'
import type { Outcome } from '../../src/cycle/step.ts'
import { defaultState } from '../../src/state/state.ts'
import type { State } from '../../src/state/state.ts'

const cycle = 'cycle-20260301-120000'
const release = 'genesis-20260301-120000'
const at = '2026-03-01T12:00:00.000Z'
const state = (changes: Partial<State> = {}): State => ({ ...structuredClone(defaultState), ...changes })
const closing = (outcome: Outcome, backoff: State['backoff'] = null): Closed => ({
  ...{ event: 'closed', at, outcome, reasons: ['because'], fingerprint: 'print', newly_pinned: 40, learnings_seen: 100, backoff },
})

describe('a training', () => {
  test('that is finished sets time and count, whatever the verdict will be', () => {
    const { last_training_time, training_runs, learnings_since_training } = trainingFinished(
      state({ learnings_since_training: 60 }),
      cycle,
      at,
    )
    assert.deepEqual([last_training_time, training_runs, learnings_since_training], [at, 1, 60])
  })

  test('is counted once, however often it is told', () => {
    const once = trainingFinished(state({ training_runs: 4 }), cycle, at)
    assert.equal(once.training_runs, 5)
    assert.deepEqual(trainingFinished(once, cycle, '2026-03-02T00:00:00.000Z'), once)
    assert.equal(trainingFinished(once, 'cycle-20260302-120000', at).training_runs, 6)
  })
})

describe('opening and looking', () => {
  test('the first look is kept, the last one is renewed', () => {
    const first = checked(state(), at, 7)
    assert.deepEqual([first.first_check_time, first.last_check_time, first.learnings_since_training], [at, at, 7])
    const later = cycleOpened(first, cycle, '2026-03-05T00:00:00.000Z')
    assert.deepEqual([later.first_check_time, later.last_check_time, later.open_cycle], [at, '2026-03-05T00:00:00.000Z', cycle])
  })
})

describe('closing a cycle', () => {
  const open = state({ open_cycle: cycle, learnings_since_training: 100, improvement_score: 0.5 })

  test('with DEPLOY makes its release the current model and takes over count and score', () => {
    const done = cycleClosed(open, cycle, closing('DEPLOY'), { release, improvementScore: 0.9, waiting: 3 })
    assert.deepEqual([done.open_cycle, done.current_model, done.learnings_since_training, done.improvement_score], [null, release, 3, 0.9])
    const { id, outcome, fingerprint, newly_pinned, learnings_seen } = done.last_cycle ?? {}
    assert.deepEqual([id, outcome, fingerprint, newly_pinned, learnings_seen], [cycle, 'DEPLOY', 'print', 40, 100])
  })

  test('without a DEPLOY leaves the model, and the score when nothing was evaluated', () => {
    const done = cycleClosed(open, cycle, closing('REFUSE'), { release: null, improvementScore: null, waiting: 60 })
    assert.deepEqual([done.current_model, done.learnings_since_training, done.improvement_score], ['genesis-base', 60, 0.5])
  })

  test('twice changes nothing the second time, not even after another cycle was opened', () => {
    const aftermath = { release, improvementScore: 0.9, waiting: 3 }
    const done = cycleClosed(open, cycle, closing('DEPLOY'), aftermath)
    assert.deepEqual(cycleClosed(done, cycle, closing('DEPLOY'), { ...aftermath, waiting: 0 }), done)
    const next = cycleOpened(done, 'cycle-20260302-120000', at)
    assert.deepEqual(cycleClosed(next, cycle, closing('DEPLOY'), aftermath), next)
  })
})

describe('the backoff', () => {
  test('doubles from 24 hours to 16 days while cycles go on failing', () => {
    // 24 h after 1 March 12:00 is 2 March 12:00; then 2, 4, 8 and 16 days, and 16 again.
    const days = [2, 3, 5, 9, 17, 17]
    let current = state()
    for (const [index, day] of days.entries()) {
      const backoff = backoffAfter(current, index % 2 === 0 ? 'REFUSE' : 'FAILED', at)
      assert.deepEqual(backoff, { until: `2026-03-${String(day).padStart(2, '0')}T12:00:00.000Z`, doublings: Math.min(index, 4) })
      current = { ...current, backoff }
    }
  })

  test('ends with an ABSTAIN or a DEPLOY, and stays as it is when a cycle is cancelled', () => {
    const backing = state({ backoff: { until: '2026-03-09T12:00:00.000Z', doublings: 3 } })
    assert.equal(backoffAfter(backing, 'ABSTAIN', at), null)
    assert.equal(backoffAfter(backing, 'DEPLOY', at), null)
    assert.deepEqual(backoffAfter(backing, 'CANCELLED', at), backing.backoff)
    assert.equal(backoffAfter(state(), 'ABSTAIN', at), null)
  })
})

describe('a rollback', () => {
  const undone = { cycle, fingerprint: 'print', learningsSeen: 100, newlyPinned: 40, improvementScore: 0.8 }

  test('is intended first and changes nothing else by that', () => {
    const before = state({ current_model: release })
    const intended = rollbackIntended(before, release, 'genesis-base', at)
    assert.deepEqual(intended, { ...before, pending_rollback: { from: release, to: 'genesis-base', at } })
  })

  test('gives the earlier model, its score and the learnings back, and backs off 24 hours', () => {
    const intended = rollbackIntended(state({ current_model: release, improvement_score: 0.99 }), release, 'genesis-base', at)
    const done = rolledBack(intended, undone, 60)
    assert.deepEqual(
      [done.current_model, done.improvement_score, done.learnings_since_training, done.pending_rollback],
      ['genesis-base', 0.8, 60, null],
    )
    assert.deepEqual(done.backoff, { until: '2026-03-02T12:00:00.000Z', doublings: 0 })
    const { id, outcome, fingerprint, newly_pinned, learnings_seen } = done.last_cycle ?? {}
    assert.deepEqual([id, outcome, fingerprint, newly_pinned, learnings_seen], [cycle, 'ROLLED_BACK', 'print', 40, 100])
  })

  test('that is done already changes nothing', () => {
    const done = rolledBack(rollbackIntended(state({ current_model: release }), release, 'genesis-base', at), undone, 60)
    assert.deepEqual(rolledBack(done, undone, 0), done)
  })
})
