import assert from 'node:assert/strict'
import { appendFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import { forget } from '../../src/cycle/forget.ts'
import { readStatus } from '../../src/cycle/status.ts'
import { traceLearning } from '../../src/cycle/trace-learning.ts'
import { triggerCycle } from '../../src/cycle/trigger.ts'
import { saysOf } from '../../src/learnings/forgotten.ts'
import { answerTo, hourMs, linesOf, newPlace, readyPlace, textOf, Workplace } from './workplace.ts'

const prepared = (place: Workplace, cycle: string): string =>
  ['train.jsonl', 'valid.jsonl', 'preferences.jsonl', 'pinned.jsonl', 'fates.jsonl', 'manifest.json']
    .map((name) => textOf(path.join(place.home.cycles, cycle, 'prepare', name)))
    .join('')

describe('forgetting a learning', () => {
  test('takes it out of the counts, whichever file it stands in, and writes neither file', async () => {
    const place = new Workplace(newPlace())
    place.learn(10)
    const owned = JSON.stringify({
      learnings: [
        { id: 'theirs', input: 'a', correction: 'b' },
        { input: 'no id', correction: 'c' },
      ],
    })
    writeFileSync(place.home.learningsJson, owned)
    const lines = textOf(place.home.learningsJsonl)
    const before = await readStatus(place.workshop, place.config)
    assert.deepEqual([before.learnings_since_training, before.forgotten], [12, 0])
    for (const id of ['theirs', 'fix-3'])
      assert.deepEqual(await forget(place.workshop, id, 'private'), { id, forgotten: true, items: [], releases: [], openCycle: null })
    assert.equal((await forget(place.workshop, 'theirs')).forgotten, false)
    const after = await readStatus(place.workshop, place.config)
    assert.deepEqual([after.learnings_since_training, after.forgotten, (await place.state()).learnings_since_training], [10, 2, 10])
    assert.deepEqual([textOf(place.home.learningsJson), textOf(place.home.learningsJsonl)], [owned, lines])
    assert.ok(!textOf(place.home.forgotten).includes('fix number'))
    assert.equal((await traceLearning(place.workshop, 'fix-3'))?.fate, 'forgotten')
  })

  test('by an unknown id: an error that names ids like it, and nothing is written', async () => {
    const place = new Workplace(newPlace())
    place.learn(3)
    await assert.rejects(forget(place.workshop, 'fix-77'), { code: 'GI-LEARNING-UNKNOWN', exitCode: 10, why: /fix-/ })
    assert.equal(textOf(place.home.forgotten), '')
  })

  test('a used and a held-out one: both are in no later dataset, the item is gone, and the release is named', async () => {
    const place = readyPlace()
    await place.runToEnd()
    const [first = ''] = place.cycles()
    const release = first.replace('cycle-', 'genesis-')
    const used = place.fates().find(({ fate }) => fate === 'used')?.id ?? ''
    const heldOut = place.fates().find(({ fate }) => fate === 'held-out')?.id ?? ''
    assert.deepEqual((await forget(place.workshop, used)).releases, [release])
    const { items, releases } = await forget(place.workshop, heldOut)
    assert.deepEqual([items.length, releases], [1, []])
    assert.ok(!place.pinned().some(({ id }) => items.includes(id)))

    // The corpus may hold a copy of it that bears another id.
    const input = used.replace('fix-', 'fix number ')
    const copy = { id: 'copied', input, output: answerTo(input) }
    writeFileSync(path.join(place.home.data, 'corpus.jsonl'), `${JSON.stringify(copy)}\n`)
    assert.equal(saysOf(copy.input, copy.output), (linesOf(place.home.forgotten)[0] as { says: string }).says)

    place.nowMs += hourMs
    place.learn(100, 'other')
    await place.runToEnd()
    const second = place.cycles()[1] ?? ''
    assert.equal((await place.state()).current_model, second.replace('cycle-', 'genesis-'))
    for (const id of [used, heldOut]) {
      const text = prepared(place, second)
      assert.ok(!text.includes(`"${id}"`) && !text.includes(`"${id.replace('fix-', 'fix number ')}"`), id)
    }
    assert.deepEqual(
      (await traceLearning(place.workshop, used))?.cycles.map(({ cycle, trained }) => [cycle, trained]),
      [[first, true]],
    )
  })

  test('while a cycle that was prepared with it is open: that one fails, and the next one is made without it', async () => {
    const place = readyPlace()
    await place.runUntilNext('decide')
    const [first = ''] = place.cycles()
    const trained = (linesOf(path.join(place.home.cycles, first, 'prepare', 'train.jsonl')) as { id: string }[])[0]?.id ?? ''
    assert.equal((await forget(place.workshop, trained)).openCycle, first)
    await place.runToEnd()
    const { last_cycle: last, current_model: current } = await place.state()
    assert.deepEqual([last?.outcome, current], ['FAILED', 'genesis-base'])
    assert.match(last?.reasons[0] ?? '', new RegExp(`forgotten.*${trained}`))
    place.nowMs += hourMs
    const { id } = await triggerCycle(place.workshop, place.config)
    await place.runToEnd()
    assert.equal((await place.state()).last_cycle?.outcome, 'DEPLOY')
    assert.ok(!prepared(place, id).includes(`"${trained}"`))
  })

  test('between collect and prepare: the snapshot is taken without it', async () => {
    const place = readyPlace()
    await place.runUntilNext('prepare')
    assert.equal((await forget(place.workshop, 'fix-5')).openCycle, null)
    await place.runToEnd()
    assert.equal((await place.state()).last_cycle?.outcome, 'DEPLOY')
    assert.ok(!prepared(place, place.cycles()[0] ?? '').includes('"fix-5"'))
  })

  test('is an error where its record is damaged, but not where a crash cut a line short', async () => {
    const place = new Workplace(newPlace())
    place.learn(3)
    appendFileSync(place.home.forgotten, '{"id":"fix-1","fa\n')
    assert.equal((await readStatus(place.workshop, place.config)).forgotten, 0)
    appendFileSync(place.home.forgotten, 'rubbish\n')
    await assert.rejects(readStatus(place.workshop, place.config), { code: 'GI-HELD-OUT-DAMAGED', why: /^line 2/ })
  })
})
