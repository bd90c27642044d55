import assert from 'node:assert/strict'
import test from 'node:test'
import { gradersFrom } from '../../src/dataset/graded-by.ts'
import type { HoldoutDecision } from '../../src/dataset/decision.ts'
import { acceptRetention, planRetention, retentionToAsk } from '../../src/dataset/retention.ts'
import type { RetentionInput, RetentionPlan } from '../../src/dataset/retention.ts'
import { inputDigest } from '../../src/dataset/text-key.ts'
import { isGenesisError } from './errors.ts'
import { corpusOf, correction, item } from './samples.ts'

const retentionInput = (changes: Partial<RetentionInput>): RetentionInput => ({
  gradedBy: gradersFrom({}),
  items: [],
  taken: new Set(),
  taught: new Set(),
  isNearLearning: () => false,
  successes: [],
  corpus: [],
  userRetention: [],
  builtin: [],
  decisions: [],
  target: 10,
  release: 'genesis-base',
  cycle: 'cycle-20250601-000000',
  ...changes,
})
const itemsOf = (count: number, name: string): ReturnType<typeof item>[] =>
  Array.from({ length: count }, (_, index) => item(`${name}-${index}`))

function askAll(plan: RetentionPlan, isRight: (id: string) => boolean): { scores: Map<string, number>; rounds: number[] } {
  const scores = new Map<string, number>()
  const rounds: number[] = []
  for (let next = retentionToAsk(plan, scores); next.length > 0; next = retentionToAsk(plan, scores)) {
    rounds.push(next.length)
    for (const { id } of next) scores.set(id, isRight(id) ? 1 : 0)
  }
  return { scores, rounds }
}

test("all of the user's items are asked, and packaged ones only until the target is reached", () => {
  const plan = planRetention(retentionInput({ userRetention: itemsOf(4, 'own'), builtin: itemsOf(50, 'general') }))
  const { scores, rounds } = askAll(plan, (id) => id !== 'user-retention:own-0')
  assert.deepEqual(rounds, [4, 7])
  const { items, decisions } = acceptRetention(plan, scores)
  assert.deepEqual([items.length, decisions.length], [10, 1])
})

test('what the model in production answers wrong is not pinned, and others are asked in its place', () => {
  const plan = planRetention(retentionInput({ builtin: itemsOf(50, 'general') }))
  let asked = 0
  const { scores } = askAll(plan, () => (asked += 1) % 2 === 0)
  const { items, decisions } = acceptRetention(plan, scores)
  assert.equal(items.length, 10)
  assert.ok(items.every(({ id, origin }) => scores.get(id) === 1 && origin === 'builtin'))
  assert.equal(decisions.length, scores.size - 10)
})

test('an item that failed is never asked again, unless its answer was mended', () => {
  const builtin = itemsOf(3, 'general')
  const first = planRetention(retentionInput({ builtin }))
  const { decisions } = acceptRetention(first, askAll(first, () => false).scores)
  assert.equal(decisions.length, 3)
  const again = planRetention(retentionInput({ builtin: [item('general-0', { expected: 'no' }), ...builtin.slice(1)], decisions }))
  assert.deepEqual(
    again.filling.map(({ id }) => id),
    ['general-0'],
  )
})

test('accepted answers are pinned without asking, up to 10,000 characters and up to the target', () => {
  const success = (minute: number, wanted = 'fine'): ReturnType<typeof correction> => correction(minute, { kind: 'success', wanted })
  const successes = [
    success(0, 'x'.repeat(10_001)),
    success(1, 'x'.repeat(10_000)),
    ...Array.from({ length: 20 }, (_, index) => success(10 + index)),
  ]
  const plan = planRetention(retentionInput({ successes }))
  assert.equal(plan.accepted.length, 10)
  assert.ok(
    plan.accepted.every(
      ({ expected, origin, learningIds }) => expected.length <= 10_000 && origin === 'success' && learningIds.length === 1,
    ),
  )
  assert.deepEqual(retentionToAsk(plan, new Map()), [])
  assert.equal(planRetention(retentionInput({ successes: successes.slice(0, 2) })).accepted.length, 1)
})

test('of two accepted answers to one question the newer is pinned', () => {
  const successes = [
    correction(1, { kind: 'success', input: 'q', wanted: 'old' }),
    correction(2, { kind: 'success', input: 'Q?', wanted: 'new' }),
  ]
  assert.deepEqual(
    planRetention(retentionInput({ successes })).accepted.map(({ expected }) => expected),
    ['new'],
  )
})

test('inputs that are pinned or were trained on are no retention items', () => {
  const taken = new Set(['item own-0', 'item general-0', 'question 5'].map(inputDigest))
  const plan = planRetention(
    retentionInput({
      taken,
      userRetention: itemsOf(1, 'own'),
      builtin: itemsOf(2, 'general'),
      successes: [correction(5, { kind: 'success' })],
    }),
  )
  assert.deepEqual([plan.user, plan.accepted, plan.filling.map(({ id }) => id)], [[], [], ['general-1']])
})

test('about a tenth of the corpus, by digest, can become retention items, at most half of the target', () => {
  const plan = planRetention(retentionInput({ corpus: corpusOf(1000), target: 1000 }))
  const count = plan.filling.length
  // 100 expected, standard deviation 9.5
  assert.ok(count > 60 && count < 140, `${count}`)
  assert.equal(planRetention(retentionInput({ corpus: corpusOf(1000), target: 20 })).filling.length, 10)
  assert.deepEqual(
    planRetention(retentionInput({ corpus: corpusOf(1000).reverse(), target: 20 })).filling,
    planRetention(retentionInput({ corpus: corpusOf(1000), target: 20 })).filling,
  )
})

test('a missing answer is an error, never a score', () => {
  const plan = planRetention(retentionInput({ builtin: itemsOf(2, 'general') }))
  assert.throws(() => acceptRetention(plan, new Map([['general-0', 1]])), isGenesisError('GI-GATE-DATA'))
})

test("a decision about a learning's input says nothing about retention items", () => {
  const decisions: HoldoutDecision[] = [
    { digest: inputDigest('item general-0'), decision: 'training', release: 'genesis-base', cycle: 'cycle-20250101-000000' },
  ]
  assert.equal(planRetention(retentionInput({ builtin: itemsOf(1, 'general'), decisions })).filling.length, 1)
})

test('packaged items are asked a hundred at a time, and no more when under 5% of them were answered right', () => {
  const plan = planRetention(retentionInput({ builtin: itemsOf(350, 'general'), target: 200 }))
  assert.deepEqual(askAll(plan, () => false).rounds, [100])
  let asked = 0
  assert.deepEqual(askAll(plan, () => (asked += 1) % 20 === 0).rounds, [100, 100, 100, 50])
})
