import assert from 'node:assert/strict'
import { appendFileSync, existsSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import { forget } from '../../src/cycle/forget.ts'
import { readReleaseLineage } from '../../src/cycle/release-lineage.ts'
import { traceLearning } from '../../src/cycle/trace-learning.ts'
import { digestFile } from '../../src/state/files.ts'
import { programVersion } from '../../src/system/package-root.ts'
import { hourMs, linesOf, readyPlace } from './workplace.ts'
import type { Workplace } from './workplace.ts'

const releaseOf = (cycle: string): string => cycle.replace('cycle-', 'genesis-')
const inCycle = (place: Workplace, cycle: string, name: string): string => path.join(place.home.cycles, cycle, 'prepare', name)

function withCorpus(place: Workplace): Workplace {
  const entries = Array.from({ length: 40 }, (_, index) => ({
    id: `entry-${index}`,
    input: `keep on asking ${index}`,
    output: `answer to keep on asking ${index}`,
  }))
  writeFileSync(path.join(place.home.data, 'corpus.jsonl'), entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''))
  return place
}

describe('the lineage of a release', async () => {
  const place = withCorpus(readyPlace())
  await place.runToEnd()
  const [cycle = ''] = place.cycles()

  test('leads to every learning, corpus entry and item, to base, trainer settings and version', async () => {
    const shown = await readReleaseLineage(place.workshop, releaseOf(cycle))
    const rows = ['train.jsonl', 'valid.jsonl'].flatMap((name) => linesOf(inCycle(place, cycle, name))) as { id: string; source: string }[]
    const of = (source: string): string[] => rows.flatMap((row) => (row.source === source ? [row.id] : [])).sort()
    assert.equal(of('learning').length, 60)
    assert.ok(of('corpus').length > 0)
    assert.deepEqual(shown.trainedOn, { learnings: of('learning'), corpus: of('corpus') })
    const held = place.fates().flatMap(({ id, fate }) => (fate === 'held-out' ? [id] : []))
    assert.deepEqual(shown.judgedBy.learnings, held.sort())
    assert.equal(shown.judgedBy.items.length, 140)
    assert.equal(shown.judgedBy.digest, await digestFile(inCycle(place, cycle, 'pinned.jsonl')))
    assert.deepEqual([shown.trainer?.['rank'], shown.trainer?.['alpha'], shown.toolVersion], [2, 4, programVersion()])
    assert.equal(shown.base.digest, await digestFile(place.config.base?.gguf ?? ''))
    assert.deepEqual([shown.problems, shown.forgotten], [[], []])
  })

  test('and back: from a learning to the cycles and releases that it is in', async () => {
    for (const { id, fate } of [
      place.fates().find((one) => one.fate === 'used'),
      place.fates().find((one) => one.fate === 'held-out'),
    ].flatMap((one) => one ?? [])) {
      const trace = await traceLearning(place.workshop, id)
      assert.equal(trace?.fate, fate)
      const [only] = trace?.cycles ?? []
      assert.deepEqual([only?.cycle, only?.release, only?.trained], [cycle, releaseOf(cycle), fate === 'used'])
      assert.equal(only?.items.length, fate === 'used' ? 0 : 1)
      assert.deepEqual(trace?.items, only?.items)
    }
  })

  test('tells a learning that nothing has collected yet, and one that can not be used', async () => {
    place.learn(1, 'other')
    appendFileSync(place.home.learningsJsonl, `${JSON.stringify({ id: 'bad', input: 'q', wrong: 'a', correction: 'a' })}\n`)
    const waiting = await traceLearning(place.workshop, 'other-0')
    assert.deepEqual([waiting?.fate, waiting?.cycles], ['waiting', []])
    const unusable = await traceLearning(place.workshop, 'bad')
    assert.deepEqual([unusable?.fate, unusable?.reason], ['unusable', 'has a correction that equals the wrong output'])
    assert.equal(await traceLearning(place.workshop, 'fix-'), null)
  })

  test('names learnings that were forgotten since, and records that are not what they were', async () => {
    const copy = place.copy()
    const used = copy.fates().find(({ fate }) => fate === 'used')?.id ?? ''
    await forget(copy.workshop, used)
    appendFileSync(inCycle(copy, cycle, 'train.jsonl'), `${JSON.stringify({ id: 'smuggled', source: 'learning', messages: [] })}\n`)
    const shown = await readReleaseLineage(copy.workshop, releaseOf(cycle))
    assert.deepEqual(shown.forgotten, [used])
    assert.deepEqual(shown.problems, ['prepare/train.jsonl is not what the release was made from'])
  })
})

test('pruning frees weights and never a record: a release whose weights are gone is still traced to every id', async () => {
  const place = readyPlace({ serving: { kind: 'directory', keep: 2 } })
  place.mind = (question, generation) =>
    question.startsWith('keep') || ['fix', 'other', 'third'].findIndex((word) => question.startsWith(word)) < generation
  await place.runToEnd()
  for (const prefix of ['other', 'third']) {
    place.nowMs += hourMs
    place.learn(100, prefix)
    await place.runToEnd()
  }
  const [first = '', , third = ''] = place.cycles()
  assert.equal((await place.state()).current_model, releaseOf(third))
  assert.equal(existsSync(path.join(place.home.models, releaseOf(first), 'model.gguf')), false)
  const shown = await readReleaseLineage(place.workshop, releaseOf(first))
  assert.deepEqual([shown.problems, shown.trainedOn.learnings.length, shown.judgedBy.items.length], [[], 60, 140])
  for (const cycle of place.cycles()) {
    const kept = readdirSync(path.join(place.home.cycles, cycle))
    for (const name of ['cycle.json', 'journal.jsonl', 'collect', 'prepare', 'evaluate', 'decide']) assert.ok(kept.includes(name), name)
  }
  const used = (await traceLearning(place.workshop, shown.trainedOn.learnings[0] ?? ''))?.cycles.map(({ release }) => release)
  assert.deepEqual(used, place.cycles().map(releaseOf))
})
