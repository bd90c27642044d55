import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { Config } from '../../../src/config/schema.ts'
import { planPruning } from '../../../src/cycle/pruning/plan.ts'
import type { PruneFacts } from '../../../src/cycle/pruning/plan.ts'

const dayMs = 86_400_000
const nowMs = Date.UTC(2026, 5, 1)
const time = (number: number): string => `20260101-${String(number).padStart(6, '0')}`
const at = (daysAgo: number): string => new Date(nowMs - daysAgo * dayMs).toISOString()

/** Release and cycle number 1, 2, ...: each deployed a day after the one before it, the last yesterday. */
function factsOf(count: number, more: Partial<PruneFacts> = {}): PruneFacts {
  const numbers = Array.from({ length: count }, (_, index) => index + 1)
  return {
    nowMs,
    openCycle: null,
    served: `genesis-${time(count)}`,
    releases: numbers.map((number) => ({
      ...{ name: `genesis-${time(number)}`, cycle: `cycle-${time(number)}`, present: true, bytes: 100, rolledBackAt: null },
      ...{ deployedAt: at(count + 1 - number), previous: number === 1 ? 'genesis-base' : `genesis-${time(number - 1)}` },
    })),
    cycles: numbers.map((number) => ({
      id: `cycle-${time(number)}`,
      closedAtMs: Date.parse(at(count + 1 - number)),
      bytes: 10,
      paths: [],
    })),
    cache: [],
    ...more,
  }
}

const planned = (facts: PruneFacts, settings: object = {}): string[] =>
  planPruning(facts, Config.parse(settings)).map(({ kind, name, setting }) => `${kind} ${Number(name.slice(-6))} ${setting}`)

describe('what is pruned', () => {
  test('is by default what serving.keep (3) says, and nothing else', () => {
    assert.deepEqual(planned(factsOf(5)), ['weights 1 serving.keep', 'weights 2 serving.keep'])
    assert.deepEqual(planned(factsOf(3)), [])
  })

  test('is no weight that is gone already', () => {
    const facts = factsOf(5)
    assert.deepEqual(planned({ ...facts, releases: facts.releases.map((one, index) => ({ ...one, present: index > 0 })) }), [
      'weights 2 serving.keep',
    ])
  })

  test('are weights beyond days or bytes, but not the served ones and those before them', () => {
    const models = { days: 2.5 }
    assert.deepEqual(planned(factsOf(4), { serving: { keep: 4 }, retention: { models } }), [
      'weights 2 retention.models.days',
      'weights 1 retention.models.days',
    ])
    // 2 x 100 are protected, one more fits into 300.
    assert.deepEqual(planned(factsOf(4), { serving: { keep: 4 }, retention: { models: { bytes: 300 } } }), [
      'weights 1 retention.models.bytes',
    ])
    assert.deepEqual(planned(factsOf(2), { retention: { models: { days: 0.1, bytes: 1 } } }), [])
  })

  test('are files of closed cycles beyond a limit, unless their release could still be served', () => {
    assert.deepEqual(planned(factsOf(5), { retention: { cycles: { count: 1 } } }), [
      ...['weights 1 serving.keep', 'weights 2 serving.keep'],
      ...['cycle 2 retention.cycles.count', 'cycle 1 retention.cycles.count'],
    ])
  })

  test('is never the open cycle, nor what it has staged', () => {
    const facts = factsOf(3)
    const openCycle = `cycle-${time(4)}`
    const staged = { ...facts.releases[0], name: `genesis-${time(4)}`, cycle: openCycle, deployedAt: null, previous: null }
    const releases = [...facts.releases, { ...staged, present: true, bytes: 1, rolledBackAt: null }]
    const cycles = [...facts.cycles, { id: openCycle, closedAtMs: nowMs, bytes: 10, paths: [] }]
    const settings = { retention: { cycles: { count: 1, bytes: 1 }, models: { bytes: 1 } } }
    assert.ok(planned({ ...facts, openCycle, releases, cycles }, settings).every((line) => !line.includes(' 4 ')))
    assert.deepEqual(planned({ ...facts, releases, cycles: [] })[0], 'weights 4 serving.keep')
  })

  test('are files of the cache, the oldest first', () => {
    const cache = [1, 2, 3].map((days) => ({ name: `x/00000${days}`, modifiedMs: nowMs - days * dayMs, bytes: 100 }))
    assert.deepEqual(planned(factsOf(0, { served: null, cache }), { retention: { cache: { bytes: 200 } } }), [
      'cache 3 retention.cache.bytes',
    ])
    assert.deepEqual(planned(factsOf(0, { served: null, cache }), { retention: { cache: { days: 1.5 } } }).length, 2)
  })

  test('of anything and with any limits: neither what is served, nor what a rollback goes back to, nor the open cycle', () => {
    const limits = fc.record({
      count: fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined }),
      days: fc.option(fc.integer({ min: 1, max: 20 }), { nil: undefined }),
      bytes: fc.option(fc.integer({ min: 1, max: 500 }), { nil: undefined }),
    })
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10 }),
        fc.nat(10),
        fc.nat(10),
        fc.integer({ min: 2, max: 5 }),
        limits,
        limits,
        (count, servedAt, openAt, keep, cycles, { count: _, ...models }) => {
          const served = servedAt === 0 ? null : `genesis-${time(Math.min(servedAt, count))}`
          const openCycle = openAt === 0 ? null : `cycle-${time(Math.min(openAt, count))}`
          const facts = factsOf(count, { served, openCycle })
          const names = new Set(
            planPruning(facts, Config.parse({ serving: { keep }, retention: { cycles, models } })).map(({ name }) => name),
          )
          const previous = facts.releases.find(({ name }) => name === served)?.previous ?? ''
          for (const name of [served ?? '', previous]) {
            assert.ok(!names.has(name), name)
            assert.ok(!names.has(name.replace('genesis-', 'cycle-')), name)
          }
          assert.ok(openCycle === null || (!names.has(openCycle) && !names.has(openCycle.replace('cycle-', 'genesis-'))))
          for (const { name } of facts.releases)
            assert.ok(names.has(name) || !names.has(name.replace('genesis-', 'cycle-')), 'a release that is kept keeps its cycle')
        },
      ),
    )
  })
})
