import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import { approveCycle, rejectCycle } from '../../src/cycle/approve.ts'
import { readCycle } from '../../src/cycle/show.ts'
import { readStatus } from '../../src/cycle/status.ts'
import { readyPlace } from './workplace.ts'
import type { Workplace } from './workplace.ts'

/** The authors of what a cycle trains on. */
function trainedAuthors(place: Workplace, cycle: string): Record<string, number> {
  const file = (step: string, name: string): string[] =>
    readFileSync(path.join(place.home.cycles, cycle, step, name), 'utf8')
      .trim()
      .split('\n')
  const authors = new Map(
    file('collect', 'learnings.jsonl').map((line) => {
      const { id, author } = JSON.parse(line) as { id: string; author?: string }
      return [id, author ?? 'nobody'] as const
    }),
  )
  const counts: Record<string, number> = {}
  for (const line of [...file('prepare', 'train.jsonl'), ...file('prepare', 'valid.jsonl')]) {
    if (line === '') continue
    const { id, source } = JSON.parse(line) as { id: string; source: string }
    const author = source === 'learning' ? (authors.get(id) ?? 'nobody') : null
    if (author !== null) counts[author] = (counts[author] ?? 0) + 1
  }
  return counts
}

/** 100 corrections without an author, and 240 of two people. */
function crowdedPlace(settings: object): Workplace {
  const place = readyPlace(settings)
  place.learn(40, 'fix for ann', { author: 'ann' })
  place.learn(200, 'fix for mallory', { user: 'mallory' })
  return place
}

describe('with guard.maximumShare', () => {
  test('no author gives more of the training than that; the rest waits with its reason and number, and is not lost', async () => {
    const place = crowdedPlace({ guard: { maximumShare: 0.5 } })
    await place.runToEnd()
    const [cycle = ''] = place.cycles()
    const { nobody = 0, ann = 0, mallory = 0 } = trainedAuthors(place, cycle)
    assert.ok(ann > 0 && mallory > 0 && mallory <= 0.5 * (nobody + ann + mallory), JSON.stringify({ nobody, ann, mallory }))
    const { dataset } = await readCycle(place.workshop, cycle)
    const waiting = dataset?.excluded.find(({ reason }) => reason === 'waits, since more than 50% would come from "mallory"')
    assert.ok(
      waiting !== undefined && waiting.count >= 60,
      JSON.stringify(dataset?.excluded.map(({ reason, count }) => ({ reason, count }))),
    )
    const { learnings } = dataset ?? { learnings: { in: 0, used: 0, heldOut: 0, superseded: 0 } }
    const excluded = (dataset?.excluded ?? []).reduce((sum, { count }) => sum + count, 0)
    assert.equal(learnings.in, learnings.used + learnings.heldOut + learnings.superseded + excluded)
    assert.equal(learnings.in, 340)
  })

  test('it is off unless it is set', async () => {
    const place = crowdedPlace({})
    await place.runUntilNext('train')
    const { dataset } = await readCycle(place.workshop, place.cycles()[0] ?? '')
    assert.deepEqual(
      dataset?.excluded.filter(({ reason }) => reason.startsWith('waits')),
      [],
    )
  })
})

describe('with guard.floodFactor', () => {
  /** A home in which five days are known, and mallory gave 60 corrections on the sixth. */
  function floodedPlace(): Workplace {
    const place = readyPlace({ guard: { floodFactor: 10 } })
    for (let day = 1; day <= 5; day += 1) place.learn(2, `fix of day ${day}`, { author: 'ann', at: `2026-02-0${day}T10:00:00Z` })
    place.learn(60, 'fix of the flood', { author: 'mallory', at: '2026-02-06T10:00:00Z' })
    return place
  }

  test('the cycle is held before anything is pinned or trained; status says why and what to do, and approval lets it go on', async () => {
    const place = floodedPlace()
    await place.runUntilNext('prepare')
    const { action, waitingFor } = await place.check()
    assert.deepEqual([action, waitingFor], ['waiting', 'approval'])
    assert.deepEqual(place.pinned(), [])
    const status = await readStatus(place.workshop, place.config)
    assert.equal(
      status.why_not_deployed,
      `${place.cycles()[0]} waits: 60 learnings of 2026-02-06 are from "mallory", where 2 a day are usual; "genesis-improve approve" or "genesis-improve reject" decides`,
    )
    const id = await approveCycle(place.workshop, undefined)
    assert.equal(await approveCycle(place.workshop, id), id)
    await place.runToEnd()
    assert.equal((await place.state()).last_cycle?.outcome, 'DEPLOY')
    assert.ok((trainedAuthors(place, id)['mallory'] ?? 0) > 0)
  })

  test('what was approved is not asked about again, and does not stand for what gate.approval asks', async () => {
    const place = floodedPlace()
    place.config = { ...place.config, gate: { ...place.config.gate, approval: 'manual' } }
    await place.runUntilNext('prepare')
    await approveCycle(place.workshop, undefined)
    await place.runUntilNext('deploy')
    assert.equal((await place.check()).waitingFor, 'approval')
    await rejectCycle(place.workshop, place.config, undefined)
    place.learn(1, 'fix of another day')
    await place.runUntilNext('prepare')
    assert.notEqual((await place.check()).action, 'waiting')
  })

  test('what was rejected is left out of later cycles with its reason, which go on without asking', async () => {
    const place = floodedPlace()
    await place.runUntilNext('prepare')
    const { cycle } = await rejectCycle(place.workshop, place.config, undefined, 'nobody knows mallory')
    assert.equal((await place.state()).last_cycle?.outcome, 'CANCELLED')
    place.learn(1, 'fix of another day')
    await place.runToEnd()
    const [first, second = ''] = place.cycles()
    assert.equal(first, cycle)
    assert.equal((await place.state()).last_cycle?.outcome, 'DEPLOY')
    assert.equal(trainedAuthors(place, second)['mallory'], undefined)
    const { dataset } = await readCycle(place.workshop, second)
    assert.equal(dataset?.excluded.find(({ reason }) => reason.startsWith('waits: it came with too many'))?.count, 60)
    assert.equal(place.pinned().filter(({ learningIds }) => learningIds.some((id) => id.startsWith('fix of the flood'))).length, 0)
  })

  test('a cycle that waits goes on when floods are no longer asked about', async () => {
    const place = floodedPlace()
    await place.runUntilNext('prepare')
    assert.equal((await place.check()).action, 'waiting')
    place.config = { ...place.config, guard: {} }
    assert.equal((await place.check()).next, 'train')
  })
})
