import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { beyondLimits } from '../../../src/cycle/pruning/limits.ts'
import type { Kept } from '../../../src/cycle/pruning/limits.ts'

const dayMs = 86_400_000
const now = 100 * dayMs
const one = (name: string, ageDays: number, bytes: number, isProtected = false): Kept => ({
  ...{ name, bytes, isProtected },
  atMs: now - ageDays * dayMs,
})
const kept = [one('a', 1, 10), one('b', 2, 20), one('c', 3, 30), one('d', 4, 40)]
const gone = (limits: object, from = kept) => beyondLimits(from, limits, now).map(({ one: { name }, limit }) => `${name} ${limit}`)

describe('what is beyond limits', () => {
  test('is nothing without limits', () => assert.deepEqual(gone({}), []))

  test('is what is older than the newest so many, than so many days, or than those that fit into so many bytes', () => {
    assert.deepEqual(gone({ count: 2 }), ['c count', 'd count'])
    assert.deepEqual(gone({ days: 2.5 }), ['c days', 'd days'])
    // 10 + 20 fit into 59, 10 + 20 + 30 do not.
    assert.deepEqual(gone({ bytes: 59 }), ['c bytes', 'd bytes'])
    assert.deepEqual(gone({ bytes: 60, count: 1 }), ['b count', 'c count', 'd count'])
  })

  test('is never what is protected, which counts before all others', () => {
    const some = [one('a', 1, 10), one('b', 2, 20), one('old', 90, 30, true)]
    assert.deepEqual(gone({ count: 2, days: 5 }, some), ['b count'])
    assert.deepEqual(gone({ bytes: 40 }, some), ['b bytes'])
    assert.deepEqual(gone({ bytes: 1 }, some), ['a bytes', 'b bytes'])
  })

  test('for anything: what stays keeps each limit unless all of it is protected, and nothing newer than what stays goes', () => {
    const things = fc.uniqueArray(
      fc.record({
        name: fc.string({ minLength: 1 }),
        atMs: fc.integer({ min: 0, max: now }),
        bytes: fc.nat(1000),
        isProtected: fc.boolean(),
      }),
      { selector: ({ name }) => name },
    )
    const limit = (most: number) => fc.option(fc.integer({ min: 1, max: most }), { nil: undefined })
    fc.assert(
      fc.property(things, fc.record({ count: limit(10), days: limit(100), bytes: limit(5000) }), (all, limits) => {
        const removed = new Set(beyondLimits(all, limits, now).map((found) => found.one.name))
        const free = all.filter(({ isProtected }) => !isProtected)
        const stays = all.filter(({ name }) => !removed.has(name))
        assert.ok(all.every(({ name, isProtected }) => !isProtected || !removed.has(name)))
        const staying = free.filter(({ name }) => !removed.has(name))
        if (staying.length > 0) {
          assert.ok(stays.length <= (limits.count ?? Infinity))
          assert.ok(stays.reduce((sum, { bytes }) => sum + bytes, 0) <= (limits.bytes ?? Infinity))
          assert.ok(staying.every(({ atMs }) => now - atMs <= (limits.days ?? Infinity) * dayMs))
        }
        const oldest = Math.min(...staying.map(({ atMs }) => atMs))
        assert.ok(free.every(({ name, atMs }) => !removed.has(name) || atMs <= oldest))
      }),
    )
  })
})
