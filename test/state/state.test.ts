import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { defaultState, parseState } from '../../src/state/state.ts'
import type { State } from '../../src/state/state.ts'

const bytes = (value: unknown): Buffer => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value))

function parsed(value: unknown): State {
  const content = parseState(bytes(value))
  assert.ok('state' in content, JSON.stringify(content))
  return content.state
}

function damage(value: unknown): string {
  const content = parseState(Buffer.isBuffer(value) ? value : bytes(value))
  assert.ok('damage' in content, JSON.stringify(content))
  return content.damage
}

/** As the earlier system wrote it: Python's isoformat() without an offset, in UTC. */
const earlier = {
  last_training_time: '2025-03-04T05:06:07.123456',
  learnings_since_training: 42,
  current_model: 'genesis-20250304-050607',
  training_runs: 3,
  improvement_score: 0.07,
  last_check_time: null,
}

describe('a file of the earlier system', () => {
  test('keeps the values of its six fields; a time without an offset is UTC', () => {
    const state = parsed(earlier)
    assert.deepEqual(state, { ...defaultState, ...earlier, last_training_time: '2025-03-04T05:06:07.123Z' })
  })

  test('keeps fields that are unknown here', () => {
    assert.equal(parsed({ ...earlier, note: 'mine' })['note'], 'mine')
  })

  test('without the fields that carry history is damaged, not empty', () => {
    assert.match(damage({}), /last_training_time/)
    const { training_runs: _, ...rest } = earlier
    assert.match(damage(rest), /training_runs/)
  })
})

describe('a file of this version', () => {
  test('is read as it was written', () => {
    const state: State = {
      ...defaultState,
      last_training_time: '2025-01-01T00:00:00.000Z',
      open_cycle: 'cycle-20250101-000000',
      last_cycle: {
        id: 'cycle-20241231-000000',
        outcome: 'ABSTAIN',
        at: '2024-12-31T01:00:00.000Z',
        reasons: ['too-few-items'],
        fingerprint: 'ab',
        newly_pinned: 3,
        learnings_seen: 30,
      },
      backoff: { until: '2025-01-02T00:00:00.000Z', doublings: 1 },
    }
    assert.deepEqual(parsed(state), state)
  })

  test('with a byte order mark is read', () => {
    assert.deepEqual(parsed(`\uFEFF${JSON.stringify(defaultState)}`), defaultState)
  })

  test('may leave out what came later than the first six fields', () => {
    const { first_check_time: _f, open_cycle: _o, last_cycle: _l, backoff: _b, rebuilt: _r, ...six } = defaultState
    assert.deepEqual(parsed(six), defaultState)
  })

  test('of a newer version is told apart from a damaged one', () => {
    assert.deepEqual(parseState(bytes({ schema_version: 2 })), { newer: 2 })
  })
})

describe('damage', () => {
  for (const [name, value, expected] of [
    ['empty', '', /it is empty/],
    ['blank', '  \n', /not JSON/],
    ['truncated', JSON.stringify(defaultState).slice(0, 50), /not JSON/],
    ['null', 'null', /holds no object/],
    ['a list', '[]', /holds no object/],
    ['a number', '7', /holds no object/],
    ['not UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), /not UTF-8/],
    ['zeros, as after a power cut', Buffer.alloc(300), /not JSON/],
    ['a count that is a text', { ...defaultState, learnings_since_training: '5' }, /learnings_since_training/],
    ['a negative count', { ...defaultState, training_runs: -1 }, /training_runs/],
    ['half a run', { ...defaultState, training_runs: 1.5 }, /training_runs/],
    ['a time that is none', { ...defaultState, last_training_time: 'yesterday' }, /last_training_time: not a time/],
    ['a day that is none', { ...defaultState, last_check_time: '2025-13-45T00:00:00Z' }, /last_check_time/],
    ['no model', { ...defaultState, current_model: '' }, /current_model/],
    ['an outcome that is none', { ...defaultState, last_cycle: { outcome: 'WON' } }, /last_cycle\.outcome/],
    ['a version that is none', { ...defaultState, schema_version: '1' }, /schema_version/],
    ['version 0 said aloud', { ...defaultState, schema_version: 0 }, /schema_version/],
  ] as const) {
    test(`${name} is damage`, () => {
      assert.match(damage(value), expected)
    })
  }

  test('no bytes whatever make the reader throw', () => {
    fc.assert(fc.property(fc.oneof(fc.uint8Array(), fc.json().map(bytes)), (content) => void parseState(content)))
  })

  test('a state file cut anywhere is damage', () => {
    const whole = JSON.stringify({ ...defaultState, ...earlier }, null, 2)
    for (let length = 0; length < whole.length; length += 1) damage(whole.slice(0, length))
  })
})
