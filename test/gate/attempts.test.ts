import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { nextAttempt } from '../../src/gate/attempts.ts'
import { judge } from '../../src/gate/judge.ts'
import { exactShare, limits, rowsOf } from './rows-of.ts'

const ids = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, index) => `item-${from + index}`)
const alphasOf = (attempts: readonly string[][]): number[] => {
  const previous: { judgedItemIds: string[]; alpha: number }[] = []
  return attempts.map((judgedItemIds) => {
    const { alpha } = nextAttempt(previous, judgedItemIds)
    previous.push({ judgedItemIds, alpha })
    return alpha
  })
}

describe('the level of an attempt', () => {
  test('is .05 for the first', () => {
    assert.deepEqual(nextAttempt([], ids(0, 10)), { alpha: 0.05, wealth: 0.1, freshShare: 1 })
  })

  test('halves with each attempt on the same items: .05, .025, .0125', () => {
    assert.deepEqual(alphasOf([ids(0, 10), ids(0, 10), ids(0, 10)]), [0.05, 0.025, 0.0125])
  })

  test('is earned back by items that no attempt has judged: half fresh items give min(.10, .05 + .05) / 2', () => {
    assert.deepEqual(nextAttempt([{ judgedItemIds: ids(0, 10), alpha: 0.05 }], ids(5, 15)), { alpha: 0.05, wealth: 0.1, freshShare: 0.5 })
  })

  test('never has more than .10 to spend, and by hand: a tenth fresh after two attempts (.025 left) gives (.025 + .01) / 2', () => {
    const alphas = alphasOf([ids(0, 9), ids(0, 9), [...ids(0, 9), 'fresh']])
    assert.ok(Math.abs((alphas[2] ?? 0) - 0.0175) < 1e-12)
    assert.equal(nextAttempt([{ judgedItemIds: [], alpha: 0 }], ids(0, 5)).wealth, 0.1)
  })

  test('items judged by any earlier attempt are not fresh', () => {
    const previous = [
      { judgedItemIds: ids(0, 5), alpha: 0.05 },
      { judgedItemIds: ids(5, 10), alpha: 0.05 },
    ]
    assert.equal(nextAttempt(previous, ids(0, 10)).freshShare, 0)
  })

  test('without items there is nothing fresh; a level set by hand cannot overdraw', () => {
    assert.deepEqual(nextAttempt([{ judgedItemIds: ids(0, 5), alpha: 0.4 }], []), { alpha: 1e-12, wealth: 0, freshShare: 0 })
  })

  test('the thousandth attempt on the same items can still be judged', () => {
    const alphas = alphasOf(Array.from({ length: 1000 }, () => ids(0, 3)))
    const alpha = alphas.at(-1) ?? 0
    assert.ok(alpha > 0)
    const scores = [...rowsOf('gate', 40, 0, 50), ...rowsOf('retention', 0, 0, 100)]
    assert.equal(judge({ scores, failureShare: exactShare(0.1), limits: { ...limits, alpha } }).verdict, 'ABSTAIN')
  })
})
