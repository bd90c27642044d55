import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { limitShares, nameOf } from '../../src/dataset/limit-shares.ts'

/** So many rows of each author, taking turns. */
function rowsOf(counts: Record<string, number>): { author: string | null; number: number }[] {
  const most = Math.max(...Object.values(counts))
  return Array.from({ length: most }, (_, number) =>
    Object.entries(counts).flatMap(([author, count]) => (number < count ? [{ author: author === '' ? null : author, number }] : [])),
  ).flat()
}

function keptOf(counts: Record<string, number>, share: number | undefined): Record<string, number> {
  const kept: Record<string, number> = {}
  for (const { author } of limitShares(rowsOf(counts), share).kept) kept[author ?? ''] = (kept[author ?? ''] ?? 0) + 1
  return kept
}

describe('the share of one author', () => {
  // Worked out by hand: of 100 kept, 50 may be of one.
  test('is kept by leaving out what is over it', () => {
    assert.deepEqual(keptOf({ ann: 30, bob: 20, mallory: 500 }, 0.5), { ann: 30, bob: 20, mallory: 50 })
    assert.deepEqual(keptOf({ ann: 30, bob: 30, mallory: 40 }, 0.5), { ann: 30, bob: 30, mallory: 40 })
  })

  test('counts only where two or more authors are named', () => {
    assert.deepEqual(keptOf({ ann: 500 }, 0.2), { ann: 500 })
    assert.deepEqual(keptOf({ ann: 10, '': 500 }, 0.2), { ann: 10, '': 500 })
    assert.deepEqual(keptOf({ ann: 10, mallory: 500 }, undefined), { ann: 10, mallory: 500 })
  })

  test('what names nobody counts as one more author', () => {
    assert.deepEqual(keptOf({ ann: 30, bob: 20, '': 500 }, 0.5), { ann: 30, bob: 20, '': 50 })
  })

  test('is an equal part where there are too few authors for it', () => {
    assert.deepEqual(keptOf({ ann: 40, mallory: 500 }, 0.1), { ann: 40, mallory: 40 })
  })

  test('the first ones stay', () => {
    const { kept, surplus } = limitShares(rowsOf({ ann: 2, mallory: 5 }), 0.5)
    assert.deepEqual(
      kept.filter(({ author }) => author === 'mallory').map(({ number }) => number),
      [0, 1],
    )
    assert.deepEqual(
      surplus.map(({ number }) => number),
      [2, 3, 4],
    )
  })

  test('is never exceeded, nothing is lost, and nobody is left out whole', () => {
    const counts = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 2, maxLength: 8 })
    fc.assert(
      fc.property(counts, fc.double({ min: 0.01, max: 0.99, noNaN: true }), (numbers, share) => {
        const rows = rowsOf(Object.fromEntries(numbers.map((count, index) => [`author ${index}`, count])))
        const { kept, surplus } = limitShares(rows, share)
        assert.equal(kept.length + surplus.length, rows.length)
        for (let index = 0; index < numbers.length; index += 1) {
          const own = kept.filter(({ author }) => author === `author ${index}`).length
          assert.ok(own >= 1 && own <= Math.max(share, 1 / numbers.length) * kept.length + 1e-6)
        }
      }),
    )
  })

  test('a name is shown on one line, and not whole when it is long', () => {
    assert.equal(nameOf('a\nb\u001b[31m'), '"a b [31m"')
    assert.equal(nameOf('x'.repeat(60)), `"${'x'.repeat(39)}…"`)
    assert.equal(nameOf(null), 'learnings that name no author')
  })
})
