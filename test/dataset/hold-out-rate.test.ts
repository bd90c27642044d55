import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { heldOutOf, quotaOf, takeInProportion } from '../../src/dataset/hold-out-rate.ts'

test('40% of failures until 40 are held out, 20% until 100, then 10%', () => {
  // 30 x .4; 100 x .4; 40 + 100 x .2; 40 + 300 x .2; 100 + 100 x .1
  assert.deepEqual([30, 100, 200, 400, 500].map(heldOutOf), [12, 40, 60, 100, 110])
})

test('what rounding left over is made good later', () => {
  let held = 0
  for (let seen = 0; seen < 30; seen += 1) held += quotaOf(1, seen, held)
  assert.equal(held, 12)
})

test('never more are held out than there are, and never fewer than none', () => {
  assert.equal(quotaOf(3, 100, 0), 3)
  assert.equal(quotaOf(3, 10, 30), 0)
})

test('each category gets its share of the held-out items', () => {
  const of = (category: string, count: number): { digest: string; category: string }[] =>
    Array.from({ length: count }, (_, index) => ({ digest: `${category}${index}`, category }))
  const taken = [...takeInProportion([...of('a', 20), ...of('b', 5), ...of('c', 5)], 12)]
  const count = (category: string): number => taken.filter((candidate) => candidate.category === category).length
  // 12 x 20/30, 12 x 5/30, 12 x 5/30
  assert.deepEqual([count('a'), count('b'), count('c')], [8, 2, 2])
})

test('with a category for each failure the digests alone decide', () => {
  const candidates = ['d', 'a', 'c', 'b', 'e'].map((digest) => ({ digest, category: `category ${digest}` }))
  assert.deepEqual(new Set([...takeInProportion(candidates, 2)].map(({ digest }) => digest)), new Set(['a', 'b']))
})

test('exactly the quota is taken, no category is off its share by one or more, and the order given does not matter', () => {
  const candidate = fc.record({ digest: fc.uuid(), category: fc.constantFrom('a', 'b', 'c', 'd') })
  fc.assert(
    fc.property(
      fc.uniqueArray(candidate, { selector: ({ digest }) => digest, minLength: 1, maxLength: 40 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (candidates, share) => {
        const quota = Math.floor(share * candidates.length)
        const taken = takeInProportion(candidates, quota)
        assert.equal(taken.size, quota)
        assert.deepEqual(takeInProportion([...candidates].reverse(), quota).size, quota)
        assert.ok([...takeInProportion([...candidates].reverse(), quota)].every((one) => taken.has(one)))
        for (const category of ['a', 'b', 'c', 'd']) {
          const ideal = (quota * candidates.filter((one) => one.category === category).length) / candidates.length
          const actual = [...taken].filter((one) => one.category === category).length
          assert.ok(Math.abs(actual - ideal) < 1)
        }
      },
    ),
  )
})
