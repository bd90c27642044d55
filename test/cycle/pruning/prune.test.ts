import assert from 'node:assert/strict'
import { existsSync, readdirSync, statSync, utimesSync } from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import { Config } from '../../../src/config/schema.ts'
import { foreseePruning, prune } from '../../../src/cycle/pruning/prune.ts'
import { forget } from '../../../src/cycle/forget.ts'
import { readReleaseLineage } from '../../../src/cycle/release-lineage.ts'
import { rollback } from '../../../src/cycle/rollback.ts'
import { readCycle } from '../../../src/cycle/show.ts'
import { traceLearning } from '../../../src/cycle/trace-learning.ts'
import { directoryServing } from '../../../src/serving/directory.ts'
import { hourMs, readyPlace } from '../workplace.ts'
import type { Workplace } from '../workplace.ts'

/** Two cycles that deployed. */
async function placeWithHistory(): Promise<Workplace> {
  const place = readyPlace()
  await place.runToEnd()
  place.nowMs += 24 * hourMs
  place.learn(100, 'other')
  await place.runToEnd()
  return place
}

const everything = Config.parse({ retention: { cycles: { days: 0.001 }, cache: { days: 0.001 } } })

describe('pruning', () => {
  test('leaves by default all but what serving.keep frees', async () => {
    const place = await placeWithHistory()
    assert.deepEqual(await foreseePruning(place.workshop, directoryServing(place.home), place.config), [])
  })

  test('leaves the tracing of cycles, releases and learnings as it was, and is done once', async () => {
    const place = await placeWithHistory()
    const serving = directoryServing(place.home)
    const [first = '', second = ''] = place.cycles()
    const release = first.replace('cycle-', 'genesis-')
    // As if two more releases had followed: the first one can't be served any more.
    await rollback(place.workshop, place.config, 'genesis-base')
    place.nowMs += 24 * hourMs
    await serving.discard(release)
    const seen = async (): Promise<object> => ({
      cycles: [await readCycle(place.workshop, first), await readCycle(place.workshop, second)],
      release: await readReleaseLineage(place.workshop, release),
      learnings: await Promise.all(['fix-0', 'fix-1', 'fix-99', 'other-3'].map(async (id) => await traceLearning(place.workshop, id))),
    })
    const before = await seen()
    const foreseen = await foreseePruning(place.workshop, serving, everything)
    assert.ok(existsSync(path.join(place.home.cycles, first, 'log.jsonl')))
    const freed = await prune(place.workshop, serving, everything)
    assert.deepEqual(freed, foreseen)
    assert.ok(freed.some(({ kind, name, bytes }) => kind === 'cycle' && name === first && bytes > 1000))
    assert.deepEqual(await seen(), before)
    assert.deepEqual(readdirSync(path.join(place.home.cycles, first)).sort(), [
      ...['collect', 'conclude', 'cycle.json', 'decide', 'deploy', 'evaluate', 'journal.jsonl', 'prepare'],
    ])
    assert.deepEqual(await prune(place.workshop, serving, everything), [])
    assert.deepEqual((await forget(place.workshop, 'fix-1')).releases, [release, second.replace('cycle-', 'genesis-')])
  })

  test('leaves the cycle of a release alone that could be served', async () => {
    const place = await placeWithHistory()
    place.nowMs += 24 * hourMs
    const freed = await foreseePruning(place.workshop, directoryServing(place.home), everything)
    assert.deepEqual(
      freed.filter(({ kind }) => kind !== 'cache'),
      [],
    )
  })

  test('keeps the snapshot of a cycle that never said what became of its learnings', async () => {
    const place = readyPlace()
    await place.runUntilNext('prepare')
    const [cycle = ''] = place.cycles()
    place.replace = (parts) => ({ ...parts, runtime: { ...parts.runtime, promptConvention: () => Promise.reject(new Error('broken')) } })
    while ((await place.state()).open_cycle !== null) await place.check()
    place.nowMs += 24 * hourMs
    const before = await traceLearning(place.workshop, 'fix-0')
    await prune(place.workshop, directoryServing(place.home), everything)
    assert.deepEqual(readdirSync(path.join(place.home.cycles, cycle)).sort(), ['collect', 'cycle.json', 'journal.jsonl'])
    assert.deepEqual(await traceLearning(place.workshop, 'fix-0'), before)
    assert.equal(before?.cycles.length, 1)
  })

  test('takes old files of the cache, and what is being written stays', async () => {
    const place = await placeWithHistory()
    const old = path.join(place.home.cache, 'answers', readdirSync(path.join(place.home.cache, 'answers'))[0] ?? '')
    utimesSync(old, new Date(0), new Date(0))
    place.nowMs = Date.now()
    const settings = Config.parse({ retention: { cache: { days: 30 } } })
    const size = statSync(old).size
    assert.deepEqual(await prune(place.workshop, directoryServing(place.home), settings), [
      { kind: 'cache', name: path.relative(place.home.cache, old), bytes: size, setting: 'retention.cache.days' },
    ])
    assert.equal(existsSync(old), false)
  })

  test('is part of the end of each cycle', async () => {
    const place = readyPlace({ serving: { keep: 2 }, retention: { cycles: { count: 1 } } })
    place.mind = (question, generation) => question.startsWith('keep') === (generation === 0)
    await place.runToEnd()
    place.nowMs += 60 * 24 * hourMs
    place.learn(100, 'other')
    await place.runToEnd()
    place.nowMs += 60 * 24 * hourMs
    place.learn(100, 'third')
    await place.runToEnd()
    const logs = place.cycles().map((cycle) => existsSync(path.join(place.home.cycles, cycle, 'log.jsonl')))
    // The third one, while it ends, is open still and does not count.
    assert.deepEqual(logs, [false, true, true])
  })
})
