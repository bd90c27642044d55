import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { after, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { campaignTable, survives } from './campaign.ts'
import type { Trial } from './campaign.ts'
import type { Home } from '../../src/state/home.ts'
import { inCopyOf } from './homes.ts'
import { chosen, random } from './options.ts'
import { run, start } from './program.ts'
import { assertRecovers } from './recovery.ts'
import { undisturbedCycle } from './reference.ts'
import type { Moment } from './reference.ts'
import { restlessWriter } from './restless-writer.ts'
import { makeSurroundings } from './surroundings.ts'

const around = await makeSurroundings()
const reference = await undisturbedCycle(around)
after(() => {
  rmSync(around.directory, { recursive: true, force: true })
  console.log(campaignTable())
})

/** One trial, or several with `rounds`, for each call of the cycle. */
const atMoments = (rounds: number, undergo: (home: Home, moment: Moment) => Promise<boolean>): Trial[] =>
  Array.from({ length: rounds }, () => reference.moments)
    .flat()
    .map((moment) => ({
      at: `before ${moment.name}`,
      undergo: () => inCopyOf(moment.before, around, async (home) => await undergo(home, moment)),
    }))

describe('a cycle comes to the same end', () => {
  for (const callers of [2, 8])
    test(`with ${callers} callers at once: one works, the others say so`, async () => {
      const trials = atMoments(1, async (home) => {
        const ends = await Promise.all(Array.from({ length: callers }, () => run(around, home, ['check', '--until-idle'])))
        for (const { code, said } of ends) assert.ok(code === 0 || code === 11, said)
        assert.ok(ends.some(({ code }) => code === 0))
        await assertRecovers(reference, home, true)
        return true
      })
      await survives(`${callers} callers at once`, chosen(trials, 2))
    })

  test('when one of two callers is killed', async () => {
    const trials = atMoments(5, async (home, { operations }) => {
      const at = 1 + Math.floor(random() * operations.length)
      const killed = run(around, home, ['check', '--until-idle'], { what: 'kill', at })
      await sleep(headStartMs)
      const { code, said } = await run(around, home, ['check', '--until-idle'])
      const { signal } = await killed
      assert.ok(code === 0 || code === 11, said)
      await assertRecovers(reference, home, true)
      return signal === 'SIGKILL'
    })
    await survives('one of two callers killed', chosen(trials, 3))
  })

  test('while another program writes the learnings file again and again', async () => {
    const trials = atMoments(1, async (home) => {
      const writer = restlessWriter(home.learningsJson)
      const { code, said } = await run(around, home, ['check', '--once'])
      await writer.stop()
      assert.ok(code === 0 || code === 12, said)
      await assertRecovers(reference, home, true)
      return writer.times > 0
    })
    await survives('learnings rewritten all the time', chosen(trials, 2))
  })

  test('and what another program adds after they were collected waits for the next one', async () => {
    const late = { ...reference, outcome: withWaiting(reference.outcome, 5) }
    const trials = atMoments(1, async (home) => {
      const writer = restlessWriter(home.learningsJson, 5)
      const { code, said } = await run(around, home, ['check', '--once'])
      await writer.stop()
      assert.ok(code === 0 || code === 12, said)
      await assertRecovers(late, home, true)
      return true
    })
    const collected = reference.moments.findIndex(({ name }) => name === 'collect') + 1
    await survives('learnings added in the meantime', chosen(trials.slice(collected), 2))
  })

  for (const signal of ['SIGTERM', 'SIGINT', 'SIGKILL'] as const)
    test(`after ${signal} at any time`, async () => {
      const trials = atMoments(5, async (home) => {
        const startedMs = performance.now()
        const { child, ended } = start(around, home, ['check', '--until-idle'])
        await sleep(random() * wholeMs)
        const isInTime = child.kill(signal)
        const { code, signal: by, said } = await ended
        wholeMs = Math.max(wholeMs / 2, Math.min(wholeMs, performance.now() - startedMs))
        assert.ok(code === 0 || code === 130 || by === signal, said)
        await assertRecovers(reference, home, true)
        return isInTime
      })
      await survives(`${signal} at any time`, chosen(trials, 2))
    })
})

/** So that the one that is killed mostly comes first. */
const headStartMs = 100

/** About how long the rest of a cycle takes on this machine now. */
let wholeMs = 2000

function withWaiting(outcome: object, count: number): object {
  const { state, ...rest } = outcome as { state: object }
  return { state: { ...state, learnings_since_training: count }, ...rest }
}
