import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { holdBack, nextBackoff } from '../../src/triggers/hold-back.ts'
import type { Backoff, CycleOutcome, HoldBackFacts } from '../../src/triggers/hold-back.ts'

const now = '2026-03-01T12:00:00.000Z'
const last = (outcome: CycleOutcome) => ({ id: 'cycle-20260220-120000', outcome, fingerprint: 'then', learnings_seen: 100 })
const held = (changes: Partial<HoldBackFacts>): string | null =>
  holdBack({
    openCycle: null,
    backoffUntil: null,
    now,
    lastCycle: null,
    currentFingerprint: 'now',
    usableLearnings: 100,
    learningThreshold: 100,
    ...changes,
  })

describe('what holds a cycle back', () => {
  test('nothing at first, and nothing after a DEPLOY', () => {
    assert.equal(held({}), null)
    assert.equal(held({ lastCycle: last('DEPLOY'), currentFingerprint: 'then' }), null)
  })

  test('an open cycle, named with its step', () => {
    assert.equal(held({ openCycle: { id: 'cycle-20260301-110000', step: 'train' } }), 'Cycle cycle-20260301-110000 is at step train')
  })

  test('a backoff until its end, not after it', () => {
    assert.equal(held({ backoffUntil: '2026-03-01T12:00:01.000Z' }), 'Backing off until 2026-03-01T12:00:01.000Z')
    assert.equal(held({ backoffUntil: now }), null)
  })

  test('not a backoff that is longer ahead than any can be: then the clock has jumped back', () => {
    assert.notEqual(held({ backoffUntil: '2026-03-17T12:00:00.000Z' }), null)
    assert.equal(held({ backoffUntil: '2027-03-01T12:00:00.000Z' }), null)
  })

  for (const outcome of ['REFUSE', 'ABSTAIN', 'FAILED', 'CANCELLED', 'ROLLED_BACK'] as const) {
    test(`after ${outcome} the same learnings, base and configuration`, () => {
      assert.equal(
        held({ lastCycle: last(outcome), currentFingerprint: 'then' }),
        `No learning, base or setting has changed since cycle cycle-20260220-120000, which ended ${outcome}`,
      )
    })
  }

  test('after REFUSE, FAILED, CANCELLED and a rollback any change is enough', () => {
    for (const outcome of ['REFUSE', 'FAILED', 'CANCELLED', 'ROLLED_BACK'] as const) assert.equal(held({ lastCycle: last(outcome) }), null)
  })

  test('after an ABSTAIN fewer new learnings than a quarter of the threshold', () => {
    const lastCycle = last('ABSTAIN')
    assert.equal(
      held({ lastCycle, usableLearnings: 124 }),
      'Waiting for new learnings since cycle cycle-20260220-120000, which ended ABSTAIN: 24 of 25',
    )
    assert.equal(held({ lastCycle, usableLearnings: 125 }), null)
    assert.match(held({ lastCycle, usableLearnings: 90 }) ?? '', /: 0 of 25$/)
    // A quarter of 10 is 2.5: 3 are needed.
    assert.match(held({ lastCycle, usableLearnings: 102, learningThreshold: 10 }) ?? '', /: 2 of 3$/)
  })

  test('after an ABSTAIN no longer when base, configuration or items were changed', () => {
    assert.equal(held({ lastCycle: last('ABSTAIN'), isSetupChanged: true }), null)
  })
})

describe('the next backoff', () => {
  test('is 24 hours, doubling up to 16 days', () => {
    const hours: number[] = []
    let backoff: Backoff | null = null
    for (let round = 0; round < 7; round += 1) {
      backoff = nextBackoff(backoff, round % 2 === 0 ? 'REFUSE' : 'FAILED', now)
      hours.push(backoff?.hours ?? 0)
    }
    assert.deepEqual(hours, [24, 48, 96, 192, 384, 384, 384])
    assert.equal(backoff?.until, '2026-03-17T12:00:00.000Z')
  })

  test('follows a rollback too', () => {
    assert.deepEqual(nextBackoff(null, 'ROLLED_BACK', now), { until: '2026-03-02T12:00:00.000Z', hours: 24 })
  })

  test('is none after a DEPLOY or an ABSTAIN, and unchanged by a cancelled cycle', () => {
    const previous = { until: '2026-03-02T12:00:00.000Z', hours: 48 }
    assert.equal(nextBackoff(previous, 'DEPLOY', now), null)
    assert.equal(nextBackoff(previous, 'ABSTAIN', now), null)
    assert.deepEqual(nextBackoff(previous, 'CANCELLED', now), previous)
  })
})
