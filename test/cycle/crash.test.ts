import assert from 'node:assert/strict'
import { appendFileSync, existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import { cancelCycle } from '../../src/cycle/cancel.ts'
import { rollback } from '../../src/cycle/rollback.ts'
import { reconcile } from '../../src/cycle/reconcile.ts'
import { triggerCycle } from '../../src/cycle/trigger.ts'
import { GenesisError } from '../../src/errors.ts'
import { directoryServing } from '../../src/serving/directory.ts'
import { atEveryMoment } from './moments.ts'
import type { Change } from './moments.ts'
import { outcomeOf } from './outcome.ts'
import { forgetful, hourMs, newPlace, textOf, Workplace } from './workplace.ts'

/** Small enough to be run some hundred times: of 50 corrections 20 are held out, which with 60 retention items is just enough. */
function smallPlace(): Workplace {
  const place = new Workplace(newPlace(), { triggers: { learnings: 50 }, dataset: { retentionTarget: 60 } })
  place.learn(50)
  place.retain(60)
  return place
}

/**
 * Cached answers and counts, and progress, may be lost at any time without a trace. What an attempt writes into its own directory is thrown away
 * by the next one, so of these moments the last stands for all: when the directory is renamed, or the release in it is staged. A file that is
 * written under another name first counts with its rename.
 */
const isOfInterest = ({ what, path: file }: Change): boolean =>
  what !== 'write' &&
  !/\/data\/(cache\/|\.run\.json)/.test(file) &&
  !/\.attempt-\d+\/(?!release$)|\/\.checkpoint|\/\.opening-[^/]+\//.test(file)

/** All that those leave out but progress: inside the directories of an attempt and of the training, and the answers that are kept. */
const isInside = ({ path: file }: Change): boolean => /\.attempt-\d+\/|\/training\/|\/cache\/answers\//.test(file)

/** A start that was half written is as one that was not written. */
const mayBeTorn = ({ what, text }: Change): boolean => what === 'append' && text !== '' && !text.startsWith('{"event":"step-started"')

interface Crash {
  at: string
  home: Workplace
}

/** What is left of the home at every moment of the work, and, for lines that are appended, with half of them written. */
async function crashesDuring(place: Workplace, work: () => Promise<unknown>, isChosen = isOfInterest): Promise<Crash[]> {
  const crashes: Crash[] = []
  await atEveryMoment(work, (change) => {
    if (!isChosen(change)) return
    const at = `${change.what} ${path.relative(place.home.root, change.path)} ${change.text.slice(0, 60)}`
    crashes.push({ at, home: place.copy() })
    if (!mayBeTorn(change)) return
    const torn = place.copy()
    appendFileSync(path.join(torn.home.root, path.relative(place.home.root, change.path)), change.text.slice(0, change.text.length / 2))
    crashes.push({ at: `half of ${at}`, home: torn })
  })
  return crashes
}

/** Five minutes later somebody calls again, and the end must be the same as without a crash. */
async function assertSameEnd(whole: Workplace, crashes: readonly Crash[], goOn: (place: Workplace) => Promise<unknown>): Promise<void> {
  const wanted = await outcomeOf(whole)
  for (const { at, home } of crashes) {
    home.nowMs += hourMs / 12
    await goOn(home)
    assert.deepEqual(await outcomeOf(home), wanted, `after a crash before ${at}`)
  }
}

const toRest = async (place: Workplace): Promise<unknown> => await place.runToEnd()

describe('kill -9 before any change to a file', () => {
  test('of a cycle that deploys: the same release, fates, pinned items and counters; one training', async () => {
    const place = smallPlace()
    const crashes = await crashesDuring(place, async () => await place.runToEnd())
    const { training_runs, learnings_since_training, last_cycle } = await place.state()
    assert.deepEqual([training_runs, learnings_since_training, last_cycle?.outcome], [1, 0, 'DEPLOY'])
    assert.ok(crashes.length > 50, `${crashes.length} moments`)
    await assertSameEnd(place, crashes, toRest)
  })

  test('of a cycle that is refused, from its decision on', async () => {
    const place = smallPlace()
    place.mind = forgetful
    await place.runUntilNext('decide')
    const crashes = await crashesDuring(place, async () => await place.runToEnd())
    assert.equal((await place.state()).last_cycle?.outcome, 'REFUSE')
    await assertSameEnd(place, crashes, toRest)
  })

  test('of a cycle that ends untrained', async () => {
    const place = new Workplace(newPlace(), { triggers: { learnings: 30 }, dataset: { retentionTarget: 0 } })
    place.learn(30)
    const crashes = await crashesDuring(place, async () => await place.runToEnd())
    assert.equal((await place.state()).last_cycle?.outcome, 'ABSTAIN')
    await assertSameEnd(place, crashes, toRest)
  })

  test('of the closing of a cycle that failed: the same reasons and the same backoff', async () => {
    const place = smallPlace()
    await place.runUntilNext('evaluate')
    const refused = new GenesisError('GI-GATE-DATA', { why: 'two answers to one question' })
    place.runtime.promptConvention = () => Promise.reject(refused)
    const crashes = await crashesDuring(place, async () => await place.runToEnd())
    assert.equal((await place.state()).last_cycle?.outcome, 'FAILED')
    for (const { home } of crashes) home.runtime.promptConvention = () => Promise.reject(refused)
    await assertSameEnd(place, crashes, toRest)
  })

  test('of a cancellation, even of a cycle that had switched production already: once asked for, it is done by the next check', async () => {
    const place = smallPlace()
    await place.runUntilNext('conclude')
    let asked = false
    const crashes = await crashesDuring(place, async () => await cancelCycle(place.workshop, place.config, undefined))
    assert.equal((await place.state()).last_cycle?.outcome, 'CANCELLED')
    assert.equal(await directoryServing(place.home).served(), null)
    const [cycle = ''] = place.cycles()
    await assertSameEnd(place, crashes, async (home) => {
      asked ||= existsSync(path.join(home.home.cycles, cycle, 'cancel'))
      if (asked) await home.runToEnd()
      else await cancelCycle(home.workshop, home.config, undefined)
    })
    assert.ok(asked)
  })

  test('of a rollback, with a cycle open that had switched production already: once intended, it is done by the next check', async () => {
    const place = smallPlace()
    await place.runToEnd()
    place.nowMs += hourMs
    place.learn(50, 'other')
    await place.runUntilNext('conclude')
    const crashes = await crashesDuring(place, async () => await rollback(place.workshop, place.config, undefined))
    assert.deepEqual([(await place.state()).current_model, place.fates()], ['genesis-base', []])
    await assertSameEnd(place, crashes, async (home) => {
      await reconcile(home.workshop)
      if ((await home.state()).current_model !== 'genesis-base') await rollback(home.workshop, home.config, undefined)
      assert.match((await home.check()).explanation, /^Backing off/)
    })
  })

  test('of an opening: trigger goes on with the cycle that the state does not know yet, and opens no second one', async () => {
    const place = smallPlace()
    const crashes = await crashesDuring(place, async () => await place.check())
    await triggerCycle(place.workshop, place.config)
    for (const { at, home } of crashes) {
      home.nowMs += hourMs / 12
      const { id } = await triggerCycle(home.workshop, home.config)
      assert.deepEqual([home.cycles(), (await home.state()).open_cycle], [[id], id], at)
      assert.deepEqual(
        readdirSync(home.home.cycles).filter((name) => name !== id),
        [],
        at,
      )
      assert.ok(readFileSync(path.join(home.home.cycles, id, 'cycle.json')).length > 0)
    }
  })
})

/** Steps that the fake trainer need not do again. */
function stepsKept({ home }: Workplace): number {
  const [cycle = ''] = readdirSync(home.cycles)
  return (JSON.parse(textOf(path.join(home.cycles, cycle, 'training', 'checkpoint.json')) || '{"step":0}') as { step: number }).step
}

describe('kill -9 between two writes inside an attempt', () => {
  for (const [step, least] of [
    ['prepare', 20],
    ['train', 16],
    ['package', 12],
  ] as const) {
    test(`of ${step}: the same release, byte for byte, all else that a whole cycle leaves, and no step trained twice`, async () => {
      const place = smallPlace()
      await place.runUntilNext(step)
      let answers = 0
      const isChosen = (change: Change): boolean => isInside(change) && (!change.path.includes('/answers/') || (answers += 1) % 10 === 1)
      const crashes = await crashesDuring(place, async () => await place.check(), isChosen)
      await place.runToEnd()
      assert.equal((await place.state()).last_cycle?.outcome, 'DEPLOY')
      assert.ok(crashes.length >= least, `${crashes.length} moments`)
      await assertSameEnd(place, crashes, async (home) => {
        const kept = stepsKept(home)
        await home.runToEnd()
        assert.equal(home.trainer.steps, 4 - kept)
      })
    })
  }
})
