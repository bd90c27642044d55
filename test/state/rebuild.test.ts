import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { summariseJournal } from '../../src/state/history.ts'
import { rebuildState } from '../../src/state/rebuild.ts'
import type { CycleSummary, ReleaseSummary } from '../../src/state/rebuild.ts'
import { defaultState } from '../../src/state/state.ts'

const day = (number: number): string => `2025-01-0${number}T00:00:00.000Z`
const release = (number: number, more: Partial<ReleaseSummary> = {}): ReleaseSummary => ({
  name: `genesis-2025010${number}-000000`,
  cycle: `cycle-2025010${number}-000000`,
  createdAt: day(number),
  deployedAt: day(number),
  rolledBackAt: null,
  improvementScore: number / 10,
  ...more,
})
const closed = {
  outcome: 'DEPLOY',
  at: day(1),
  reasons: [],
  fingerprint: 'f',
  newly_pinned: 2,
  learnings_seen: 100,
  backoff: null,
} as const
const cycle = (number: number, more: Partial<CycleSummary> = {}): CycleSummary => ({
  id: `cycle-2025010${number}-000000`,
  openedAt: day(number),
  trainedAt: day(number),
  closed: { ...closed, reasons: [], at: day(number) },
  ...more,
})

describe('rebuilding the state', () => {
  test('from nothing gives the defaults', () => {
    assert.deepEqual(rebuildState([], []), defaultState)
  })

  test('takes the model deployed last, the trainings counted by cycle and the newest of their times', () => {
    const state = rebuildState(
      [release(1), release(3)],
      [cycle(1), cycle(3), cycle(4, { trainedAt: null, closed: { ...closed, reasons: [], outcome: 'ABSTAIN', at: day(4) } })],
    )
    assert.equal(state.current_model, 'genesis-20250103-000000')
    assert.equal(state.improvement_score, 0.3)
    assert.equal(state.training_runs, 2)
    assert.equal(state.last_training_time, day(3))
    assert.equal(state.last_trained_cycle, 'cycle-20250103-000000')
    assert.equal(state.first_check_time, day(1))
    assert.deepEqual([state.open_cycle, state.last_closed_cycle], [null, 'cycle-20250104-000000'])
    assert.deepEqual(state.last_cycle, {
      id: 'cycle-20250104-000000',
      outcome: 'ABSTAIN',
      at: day(4),
      reasons: [],
      fingerprint: 'f',
      newly_pinned: 2,
      learnings_seen: 100,
    })
  })

  test('a training without DEPLOY counts as a training, its candidate is not the current model', () => {
    const state = rebuildState([release(1), release(2, { deployedAt: null })], [cycle(1), cycle(2)])
    assert.equal(state.training_runs, 2)
    assert.equal(state.current_model, 'genesis-20250101-000000')
  })

  test('after a rollback the release before is current and the last cycle counts as rolled back', () => {
    const state = rebuildState([release(1), release(2, { rolledBackAt: day(5) })], [cycle(1), cycle(2)])
    assert.equal(state.current_model, 'genesis-20250101-000000')
    assert.equal(state.last_cycle?.outcome, 'ROLLED_BACK')
    assert.equal(state.last_cycle?.at, day(5))
  })

  test('after the rollback of the only release the base is current', () => {
    const state = rebuildState([release(2, { rolledBackAt: day(5) })], [cycle(2)])
    assert.equal(state.current_model, 'genesis-base')
    assert.equal(state.improvement_score, 0)
  })

  test('a release whose journal is gone still counts as a training', () => {
    const state = rebuildState([release(2)], [])
    assert.equal(state.training_runs, 1)
    assert.equal(state.last_training_time, day(2))
  })

  test('a cycle that was not closed is open again, and a backoff still holds', () => {
    const backoff = { until: day(9), doublings: 2 }
    const state = rebuildState(
      [],
      [cycle(1, { closed: { ...closed, reasons: [], outcome: 'REFUSE', backoff } }), cycle(2, { closed: null })],
    )
    assert.equal(state.open_cycle, 'cycle-20250102-000000')
    assert.deepEqual(state.backoff, backoff)
  })
})

describe('reading a journal', () => {
  const opened = `{"event":"opened","at":"${day(1)}"}`
  const trained = `{"event":"step-finished","step":"train","attempt":1,"at":"${day(2)}","outputs":{"a":1}}`
  const end = `{"event":"closed","at":"${day(3)}","outcome":"REFUSE","reasons":["worse"],"fingerprint":"f","newly_pinned":1,"learnings_seen":9}`

  test('says when the cycle was opened, trained and closed, and how', () => {
    assert.deepEqual(summariseJournal('c', `${opened}\n${trained}\n${end}\n`), {
      id: 'c',
      openedAt: day(1),
      trainedAt: day(2),
      closed: { outcome: 'REFUSE', at: day(3), reasons: ['worse'], fingerprint: 'f', newly_pinned: 1, learnings_seen: 9, backoff: null },
    })
  })

  test('a line that a crash cut short counts as not written, at the end and where the next append closed it', () => {
    for (let length = 1; length < trained.length; length += 1) {
      const torn = trained.slice(0, length)
      assert.equal(summariseJournal('c', `${opened}\n${torn}`).trainedAt, null)
      assert.equal(summariseJournal('c', `${opened}\n${torn}\n${end}\n`).closed?.at, day(3))
    }
  })

  test('any other damage is an error', () => {
    for (const text of [
      '',
      `${trained}\n`,
      `${opened}\nnull\n`,
      `${opened}\nx\n`,
      `${opened}\n{"event" "closed"}\n`,
      `${opened}\n{"event":"closed","at":"${day(1)}"}\n`,
    ]) {
      assert.throws(() => summariseJournal('c', text), text)
    }
  })
})
