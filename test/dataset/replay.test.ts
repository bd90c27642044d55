import assert from 'node:assert/strict'
import test from 'node:test'
import { guardHeldOut } from '../../src/dataset/held-out-guard.ts'
import { drawReplay } from '../../src/dataset/replay.ts'
import type { ReplayInput } from '../../src/dataset/replay.ts'
import { inputDigest } from '../../src/dataset/text-key.ts'
import { corpusOf, item } from './samples.ts'

const replayInput = (changes: Partial<ReplayInput>): ReplayInput => ({
  corpus: corpusOf(200),
  guard: guardHeldOut([]),
  corrected: new Set(),
  isNearCorrected: () => false,
  reasonNotToUse: () => undefined,
  count: 50,
  seed: 42,
  ...changes,
})
const idsOf = (changes: Partial<ReplayInput>): string[] => drawReplay(replayInput(changes)).entries.map(({ id }) => id)

test('the same seed draws the same entries, another seed others', () => {
  assert.equal(idsOf({}).length, 50)
  assert.deepEqual(idsOf({}), idsOf({}))
  assert.notDeepEqual(idsOf({}), idsOf({ seed: 43 }))
})

test('the order of the corpus does not matter, and a larger corpus keeps most of what was drawn', () => {
  assert.deepEqual(idsOf({ corpus: corpusOf(200).reverse() }), idsOf({}))
  const before = new Set(idsOf({}))
  // Ten more entries among about 180: they push out three of the 50 on average.
  assert.ok(idsOf({ corpus: corpusOf(210) }).filter((id) => before.has(id)).length >= 40)
})

test('entries are left out when held out, corrected, doubled, empty or kept for retention, and every one is counted', () => {
  const corpus = [
    { id: 'held', input: 'HELD out?', output: 'a', category: 'c' },
    { id: 'corrected', input: 'corrected', output: 'a', category: 'c' },
    { id: 'once', input: 'old question 0', output: 'a', category: 'c' },
    { id: 'empty', input: 'empty', output: ' ', category: 'c' },
    ...corpusOf(200),
  ]
  const { entries, excluded } = drawReplay(
    replayInput({
      corpus,
      guard: guardHeldOut([item('held', { input: 'held out' })]),
      corrected: new Set([inputDigest('corrected')]),
      count: 1000,
    }),
  )
  const { 'is kept for retention': kept = 0, ...others } = excluded
  assert.deepEqual(others, { 'is a held-out item': 1, 'was corrected by a learning': 1, 'is a duplicate': 1, 'is empty': 1 })
  assert.equal(entries.length + kept + 4, corpus.length)
  assert.ok(kept > 5 && kept < 40)
})
