import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { clustersOf } from '../../../src/dataset/near-duplicates/clusters.ts'
import { ExactIndex } from '../../../src/dataset/near-duplicates/exact-index.ts'
import { LshIndex } from '../../../src/dataset/near-duplicates/lsh-index.ts'
import { neighboursAmong } from '../../../src/dataset/near-duplicates/neighbours.ts'
import { shinglesOf } from '../../../src/dataset/near-duplicates/shingles.ts'
import type { Shingles } from '../../../src/dataset/near-duplicates/shingles.ts'
import { nearDuplicate, similarity } from '../../../src/dataset/near-duplicates/similarity.ts'
import { madeTexts } from './made-texts.ts'

test('of the pairs that brute force finds at .8 among 5,000 texts, at least 98% are found, and nothing is found that is no near-duplicate', () => {
  const texts = madeTexts(5000).map(shinglesOf)
  const index = new LshIndex(texts.length)
  let [pairs, found] = [0, 0]
  for (const [number, text] of texts.entries()) {
    const near = new Set(index.add(text))
    for (const other of near) assert.ok(similarity(text, texts[other] as Shingles) >= nearDuplicate)
    for (let other = 0; other < number; other += 1) {
      const [mine, theirs] = [text.hashes.length, texts[other]?.hashes.length ?? 0]
      // Sets whose sizes differ by more than a fifth have no index of .8, whatever they share.
      if (mine < 0.8 * theirs || theirs < 0.8 * mine || similarity(text, texts[other] as Shingles) < 0.8) continue
      pairs += 1
      if (near.has(other)) found += 1
    }
  }
  assert.ok(pairs > 1000, `${pairs} pairs`)
  assert.ok(found / pairs >= 0.98, `${found} of ${pairs}`)
})

const anyText = fc.array(fc.constantFrom('reset', 'password', 'portal', 'the', 'customer', 'invoice', '5', '6', 'bank'), { maxLength: 9 })
const anyTexts = fc.array(
  anyText.map((words) => shinglesOf(words.join(' '))),
  { maxLength: 25 },
)

test('the search among held-out items finds what brute force finds, the nearest of all', () => {
  fc.assert(
    fc.property(
      anyTexts,
      anyText.map((words) => shinglesOf(words.join(' '))),
      (items, text) => {
        const scores = items.map((item) => similarity(item, text))
        const best = Math.max(0, ...scores)
        const expected = best >= nearDuplicate ? scores.indexOf(best) : undefined
        assert.equal(new ExactIndex(items).nearest(text), expected)
      },
    ),
    { numRuns: 1000 },
  )
})

test('the search among held-out items finds what brute force finds among 1,000 longer texts', () => {
  const texts = madeTexts(1000).map(shinglesOf)
  const items = texts.slice(0, 200)
  const index = new ExactIndex(items)
  for (const text of texts.slice(200)) {
    const scores = items.map((item) => similarity(item, text))
    const best = Math.max(...scores)
    assert.equal(index.nearest(text), best >= nearDuplicate ? scores.indexOf(best) : undefined)
  }
})

test('near-duplicates of near-duplicates are one cluster, named by the first', () => {
  const texts = [
    'What is the capital of France?',
    'How do I reset my password in the customer portal?',
    'Tell me the capital of France',
    'how can i reset the password in the customer portal',
    'How do I print a label?',
  ]
  const byKey = new Map(texts.map((text, index) => [String(index), text]))
  const { pairs, isNear } = neighboursAmong(byKey, shinglesOf)
  assert.deepEqual([...clustersOf([...byKey.keys()], pairs).values()], ['0', '1', '0', '1', '4'])
  // A pair with a text that is not asked about joins nothing.
  assert.deepEqual([...clustersOf(['0', '1', '3'], pairs).values()], ['0', '1', '1'])
  assert.deepEqual([isNear('capital of france, please'), isNear('capital of Spain, please')], [true, false])
  assert.deepEqual(neighboursAmong(new Map(), shinglesOf).pairs, [])
})
