import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { windowLeftMs, windowPattern } from '../../src/triggers/window.ts'

/** A time of the machine's own day. */
const at = (hour: number, minute: number, second = 0): Date => new Date(2026, 2, 1, hour, minute, second)
const minutes = (count: number): number => count * 60_000

describe('the hours in which training may run', () => {
  test('begin with their first minute and end before their last', () => {
    assert.equal(windowLeftMs('01:00-06:00', at(0, 59, 59)), null)
    assert.equal(windowLeftMs('01:00-06:00', at(1, 0)), minutes(300))
    assert.equal(windowLeftMs('01:00-06:00', at(5, 59, 30)), 30_000)
    assert.equal(windowLeftMs('01:00-06:00', at(6, 0)), null)
  })

  test('may go over midnight, and be the whole day', () => {
    assert.equal(windowLeftMs('22:30-05:00', at(22, 30)), minutes(390))
    assert.equal(windowLeftMs('22:30-05:00', at(4, 0)), minutes(60))
    assert.equal(windowLeftMs('22:30-05:00', at(12, 0)), null)
    assert.equal(windowLeftMs('09:00-09:00', at(8, 59)), minutes(1))
  })

  test('never leave more than a day, nor less than nothing', () => {
    const time = fc.tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
    const text = ([hour, minute]: [number, number]): string => `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`
    fc.assert(
      fc.property(time, time, time, (begin, end, [hour, minute]) => {
        const left = windowLeftMs(`${text(begin)}-${text(end)}`, at(hour, minute))
        assert.ok(left === null || (left > 0 && left <= minutes(24 * 60)))
      }),
    )
  })

  test('are written as HH:MM-HH:MM', () => {
    for (const good of ['00:00-23:59', '22:30-05:00']) assert.match(good, windowPattern)
    for (const bad of ['1:00-6:00', '24:00-06:00', '01:00', '01:60-02:00', '01:00 - 06:00', '']) assert.doesNotMatch(bad, windowPattern)
  })
})
