import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { clustersAsOne } from '../../src/gate/clusters.ts'
import { judge } from '../../src/gate/judge.ts'
import { estimatedLiveAccuracy } from '../../src/gate/live-accuracy.ts'
import type { PairedScore } from '../../src/gate/judgement.ts'
import { exactShare, limits, rowsOf } from './rows-of.ts'

const judged = (scores: readonly PairedScore[]) => judge({ scores, failureShare: exactShare(0.1), limits })
const row = (id: string, baseline: number, candidate: number, more: Partial<PairedScore> = {}): PairedScore => {
  return { id, stratum: 'gate', category: 'general', baseline, candidate, ...more }
}

describe('near-duplicates count as one item with the mean score', () => {
  test('three rows, two of them gained: one item, gained by two thirds', () => {
    const rows = [row('a', 0, 1), row('b', 0, 1), row('c', 0, 0)].map((one) => ({ ...one, cluster: 'x' }))
    assert.deepEqual(clustersAsOne(rows), [{ ...row('a', 0, 2 / 3), cluster: 'x' }])
    const { gate } = judged(rows).strata
    assert.deepEqual([gate.n, gate.gains, gate.losses, gate.difference], [1, 2 / 3, 0, 2 / 3])
  })

  test('a gain and a loss in one cluster are no flip', () => {
    const rows = [row('a', 0, 1, { cluster: 'x' }), row('b', 1, 0, { cluster: 'x' })]
    assert.deepEqual([judged(rows).strata.gate.gains, judged(rows).strata.gate.losses], [0, 0])
  })

  test('the same name in two strata is two clusters', () => {
    const rows = [row('a', 0, 1, { cluster: 'x' }), row('b', 0, 1, { cluster: 'x', stratum: 'retention' })]
    const { gate, retention } = judged(rows).strata
    assert.deepEqual([gate.n, retention.n], [1, 1])
  })

  test('a cluster of two categories counts once in its stratum, and once in each category', () => {
    const rows = [row('a', 0, 1, { cluster: 'x' }), row('b', 0, 0, { cluster: 'x', category: 'dates' })]
    const judgement = judged(rows)
    assert.equal(judgement.strata.gate.n, 1)
    assert.deepEqual(
      judgement.slices.map(({ category, n, gains }) => [category, n, gains]),
      [
        ['dates', 1, 0],
        ['general', 1, 1],
      ],
    )
  })

  test('forty rows of ten clusters are too few items', () => {
    const gate = rowsOf('gate', 40, 0, 40).map((one, index) => ({ ...one, cluster: String(index % 10) }))
    const judgement = judged([...gate, ...rowsOf('retention', 0, 0, 200)])
    assert.deepEqual(
      judgement.reasons.map(({ code }) => code),
      ['too-few-items'],
    )
    assert.equal(judgement.missing.gate, 10)
  })

  test('the estimated accuracy counts them once as well: (1/2 + 1) / 2', () => {
    const scores = [1, 0].map((score) => ({ stratum: 'gate' as const, cluster: 'x', score }))
    assert.equal(estimatedLiveAccuracy([...scores, { stratum: 'gate', score: 1 }], 0.1), 0.75)
  })
})

const scored = fc.array(fc.record({ baseline: fc.constantFrom(0, 0.5, 1), candidate: fc.constantFrom(0, 0.25, 1) }), { maxLength: 120 })
const rows = scored.map((list) =>
  list.map((scores, index) => row(String(index), scores.baseline, scores.candidate, { stratum: index % 3 === 0 ? 'gate' : 'retention' })),
)

describe('properties of clusters', () => {
  test('clusters of one item each change nothing', () => {
    fc.assert(
      fc.property(rows, (list) => assert.deepEqual(judged(list.map((one) => ({ ...one, cluster: one.id }))), judged(list))),
      { numRuns: 40 },
    )
  })

  test('an item told again in other words changes nothing: neither n nor interval nor verdict', () => {
    fc.assert(
      fc.property(rows, fc.integer({ min: 1, max: 4 }), (list, times) => {
        const clustered = list.map((one) => ({ ...one, cluster: one.id }))
        const again = Array.from({ length: times }, (_, copy) => clustered.map((one) => ({ ...one, id: `${one.id} again ${copy}` }))).flat()
        assert.deepEqual(judged([...clustered, ...again]), judged(list))
      }),
      { numRuns: 30 },
    )
  })

  test('the order of the rows does not matter within clusters either', () => {
    fc.assert(
      fc.property(rows, (list) => {
        const clustered = list.map((one, index) => ({ ...one, cluster: String(index % 7) }))
        assert.deepEqual(judged([...clustered].reverse()), judged(clustered))
      }),
      { numRuns: 40 },
    )
  })
})
