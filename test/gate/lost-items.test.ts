import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { judge } from '../../src/gate/judge.ts'
import type { PairedScore, ReasonCode } from '../../src/gate/judgement.ts'
import { exactShare, limits, rowsOf } from './rows-of.ts'

const kept = [...rowsOf('gate', 0, 0, 40), ...rowsOf('retention', 0, 0, 400)]
const lost = (id: string, candidate: number, more: Partial<PairedScore> = {}): PairedScore => {
  return { id, stratum: 'retention', category: 'general', baseline: 1, candidate, ...more }
}
const itemsOf = (scores: readonly PairedScore[], code: ReasonCode) =>
  judge({ scores, failureShare: exactShare(0.1), limits }).reasons.find((reason) => reason.code === code)?.items

describe('a reason for losses names the worst items', () => {
  test('three of them, most lost first, equal ones by id', () => {
    const scores = [...kept.slice(0, 100), lost('d', 0), lost('b', 0.5), lost('c', 0), lost('a', 0.5), lost('e', 0.2)]
    assert.deepEqual(
      itemsOf([...scores, ...rowsOf('retention', 0, 0, 10, 'x')], 'worse')?.map(({ id, difference }) => [id, difference]),
      [
        ['c', -1],
        ['d', -1],
        ['e', -0.8],
      ],
    )
  })

  test('with what was asked and answered, where it is known', () => {
    const texts = { input: 'Capital of Peru?', expected: 'Lima', baseline: 'Lima', candidate: 'Cusco' }
    const scores = [...kept.slice(0, 40), ...rowsOf('retention', 0, 6, 60), lost('a', 0, { texts })]
    assert.deepEqual(itemsOf(scores, 'retention-lost')?.[0], {
      id: 'a',
      stratum: 'retention',
      category: 'general',
      difference: -1,
      ...texts,
    })
  })

  test('of near-duplicates only one', () => {
    const scores = [
      ...kept.slice(0, 40),
      ...rowsOf('retention', 0, 6, 60, 'z'),
      ...['a', 'b', 'c'].map((id) => lost(id, 0, { cluster: 'x' })),
    ]
    assert.deepEqual(
      itemsOf(scores, 'retention-lost')?.map(({ id }) => id),
      ['a', 'z-retention-0', 'z-retention-1'],
    )
  })

  test('only of what the reason is about: regression for regression-lost, the category for slice-lost', () => {
    const scores = [...kept, ...rowsOf('regression', 0, 9, 30, 'old'), ...rowsOf('retention', 0, 1, 5, 'new')]
    assert.deepEqual(new Set(itemsOf(scores, 'regression-lost')?.map(({ stratum }) => stratum)), new Set(['regression']))
    assert.deepEqual(new Set(itemsOf(scores, 'slice-lost')?.map(({ category }) => category)), new Set(['old']))
  })

  test('reasons that are not about losses name none', () => {
    assert.equal(itemsOf(kept, 'no-difference'), undefined)
  })
})
