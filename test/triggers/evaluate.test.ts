import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { evaluateTriggers } from '../../src/triggers/evaluate.ts'
import type { TriggerFacts } from '../../src/triggers/evaluate.ts'

const limits = { learnings: 100, days: 62, accuracy: 0.9 }
const facts = (changes: Partial<TriggerFacts> = {}): TriggerFacts => ({
  waitingLearnings: 45,
  newlyPinned: 0,
  lastTrainingTime: '2026-01-01T00:00:00.000Z',
  firstCheckTime: '2025-06-01T00:00:00.000Z',
  now: '2026-01-13T12:00:00.000Z',
  outcomes: { successes: 3, failures: 40 },
  ...changes,
})
const state = (name: string, changes: Partial<TriggerFacts>, withLimits = limits): string | undefined =>
  evaluateTriggers(facts(changes), withLimits).triggers.find((trigger) => trigger.name === name)?.state

describe('triggers', () => {
  test('are explained in one sentence with their numbers', () => {
    const decision = evaluateTriggers(facts(), limits)
    assert.equal(decision.summary, '45 of 100 learnings; 12 of 62 days; accuracy not measured: 3 successes recorded, 20 needed')
    assert.equal(decision.due, false)
    assert.equal(decision.reason, 'Thresholds not met')
  })

  test('99 learnings are not enough, 100 are', () => {
    assert.equal(state('learnings', { waitingLearnings: 99 }), 'not met')
    const decision = evaluateTriggers(facts({ waitingLearnings: 100 }), limits)
    assert.equal(decision.due, true)
    assert.equal(decision.reason, 'Enough learnings: 100 of 100 learnings.')
  })

  test('what the last cycle held out counts with the waiting ones, and is said', () => {
    const decision = evaluateTriggers(facts({ waitingLearnings: 60, newlyPinned: 40 }), limits)
    assert.equal(decision.triggers[0]?.state, 'met')
    assert.equal(decision.triggers[0].explanation, '100 of 100 learnings (40 of them held out by the last cycle)')
  })

  test('any one trigger is enough; the first that is met is the reason', () => {
    const decision = evaluateTriggers(facts({ now: '2026-06-01T00:00:00.000Z', outcomes: { successes: 30, failures: 100 } }), limits)
    assert.equal(decision.due, true)
    assert.match(decision.reason, /^Enough time since the last training: 151 of 62 days\.$/)
  })
})

describe('the time trigger', () => {
  test('is met after 62 days to the moment, not before, and never shows 62 before', () => {
    const before = evaluateTriggers(facts({ now: '2026-03-03T23:59:59.999Z' }), limits).triggers[1]
    assert.equal(before?.state, 'not met')
    assert.equal(before.explanation, '61 of 62 days')
    assert.equal(state('time', { now: '2026-03-04T00:00:00.000Z' }), 'met')
  })

  test('needs a waiting learning, and says so', () => {
    const trigger = evaluateTriggers(facts({ now: '2026-06-01T00:00:00.000Z', waitingLearnings: 0 }), limits).triggers[1]
    assert.equal(trigger?.state, 'not met')
    assert.equal(trigger.explanation, '151 of 62 days, but no learning is waiting')
  })

  test('counts from the first check before the first training, and from nothing before that', () => {
    assert.equal(state('time', { lastTrainingTime: null }), 'met')
    assert.equal(state('time', { lastTrainingTime: null, firstCheckTime: null }), 'not met')
  })

  test('counts 0 days, never negative ones, when the clock has jumped back', () => {
    const trigger = evaluateTriggers(facts({ now: '2020-01-01T00:00:00.000Z' }), limits).triggers[1]
    assert.equal(trigger?.value, 0)
    assert.equal(trigger.explanation, '0 of 62 days')
  })

  test('shows fractions of a day only when its limit has them', () => {
    assert.equal(evaluateTriggers(facts(), { ...limits, days: 12.75 }).triggers[1]?.explanation, '12.5 of 12.75 days')
  })
})

describe('the performance trigger', () => {
  test('is unknown, not met, under 20 successes or 50 outcomes', () => {
    assert.equal(state('performance', { outcomes: { successes: 19, failures: 1000 } }), 'unknown')
    assert.equal(state('performance', { outcomes: { successes: 20, failures: 29 } }), 'unknown')
    assert.equal(state('performance', { outcomes: { successes: 20, failures: 30 } }), 'met')
    const { explanation } = evaluateTriggers(facts({ outcomes: { successes: 30, failures: 1 } }), limits).triggers[2] ?? { explanation: '' }
    assert.equal(explanation, 'accuracy not measured: 31 outcomes recorded, 50 needed')
    assert.match(evaluateTriggers(facts({ outcomes: { successes: 1, failures: 0 } }), limits).summary, /1 success recorded, 20 needed/)
  })

  test('is met only when the upper end of the 95% Wilson interval is below the limit', () => {
    // Upper ends by hand, z = 1.96: 80 of 100 .8666; 84 of 100 .8992; 85 of 100 .9072.
    assert.equal(state('performance', { outcomes: { successes: 80, failures: 20 } }), 'met')
    assert.equal(state('performance', { outcomes: { successes: 84, failures: 16 } }), 'met')
    assert.equal(state('performance', { outcomes: { successes: 85, failures: 15 } }), 'not met')
  })

  test('says accuracy, its upper end and what is wanted', () => {
    const decision = evaluateTriggers(facts({ outcomes: { successes: 80, failures: 20 } }), limits)
    assert.equal(decision.reason, 'The observed accuracy is too low: accuracy 80.0% over 100 outcomes (at most 86.7%), 90.0% wanted.')
    assert.equal(decision.triggers[2]?.value, 0.8)
  })
})
