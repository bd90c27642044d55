import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { DayCounts } from '../../src/learnings/floods.ts'
import type { Learning } from '../../src/learnings/learning.ts'

const learningOf = (author: string | null, at: string | null): Learning => ({
  ...{ id: 'x', kind: 'correction', input: 'q', context: [], wanted: 'a', wrong: null, category: 'general', at, source: null },
  ...(author !== null && { author }),
})

/** Adds so many learnings of an author on a day of January; day 0 is without a time. */
function give(days: DayCounts, author: string | null, day: number, count: number, isFresh = true): void {
  const at = day === 0 ? null : `2026-01-${String(day).padStart(2, '0')}T10:00:00.000Z`
  for (let number = 0; number < count; number += 1) days.add(learningOf(author, at), isFresh)
}

describe('a flood', () => {
  test('is a day with more than the factor times the median of the earlier days of its author', () => {
    const days = new DayCounts()
    for (const [day, count] of [3, 5, 4, 9, 6].entries()) give(days, 'ann', day + 1, count)
    // The median of 3, 5, 4, 9 and 6 is 5.
    give(days, 'ann', 6, 51)
    assert.deepEqual(days.floods(10), [{ author: 'ann', day: '2026-01-06', count: 51, usual: 5 }])
    assert.deepEqual(days.floods(10.2), [])
  })

  test('of somebody new is measured by what is usual for all', () => {
    const days = new DayCounts()
    for (let day = 1; day <= 6; day += 1) give(days, day % 2 === 0 ? 'ann' : 'bob', day, 4)
    give(days, 'mallory', 7, 60)
    assert.deepEqual(days.floods(10), [{ author: 'mallory', day: '2026-01-07', count: 60, usual: 4 }])
  })

  test('is none while nothing is usual yet, or when it is small', () => {
    const first = new DayCounts()
    for (let day = 1; day <= 5; day += 1) give(first, 'ann', day, 100 * day)
    assert.deepEqual(first.floods(1.5), [])
    const small = new DayCounts()
    for (let day = 1; day <= 6; day += 1) give(small, 'ann', day, day === 6 ? 49 : 1)
    assert.deepEqual(small.floods(2), [])
  })

  test('does not raise what is usual by going on for days', () => {
    const days = new DayCounts()
    for (let day = 1; day <= 9; day += 1) give(days, 'ann', day, day < 6 ? 4 : 200)
    assert.deepEqual(
      days.floods(10).map(({ day }) => day),
      ['2026-01-06', '2026-01-07', '2026-01-08', '2026-01-09'],
    )
  })

  test('is not found again among what a deployed cycle has used', () => {
    const days = new DayCounts()
    for (let day = 1; day <= 6; day += 1) give(days, 'ann', day, day === 6 ? 100 : 4, false)
    assert.deepEqual(days.floods(10), [])
  })

  test('may name no author, but has a day', () => {
    const days = new DayCounts()
    for (let day = 1; day <= 5; day += 1) give(days, null, day, 4)
    give(days, null, 0, 100)
    assert.deepEqual(days.floods(10), [])
    give(days, null, 6, 60)
    assert.deepEqual(days.floods(10), [{ author: null, day: '2026-01-06', count: 60, usual: 4 }])
  })
})
