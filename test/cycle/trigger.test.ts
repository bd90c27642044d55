import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { describe, test } from 'node:test'
import { triggerCycle } from '../../src/cycle/trigger.ts'
import { Config } from '../../src/config/schema.ts'
import { forgetful, newPlace, readyPlace, Workplace } from './workplace.ts'

describe('a cycle that is triggered by hand', () => {
  test('is opened though nothing is due, once: the second call names the open one', async () => {
    const place = new Workplace(newPlace())
    place.learn(1)
    assert.equal((await place.check()).action, 'none')
    const first = await triggerCycle(place.workshop, place.config)
    assert.equal(first.opened, true)
    assert.deepEqual(await triggerCycle(place.workshop, place.config), { id: first.id, opened: false })
    assert.deepEqual(place.cycles(), [first.id])
    const [opened] = place.events(first.id)
    assert.deepEqual(opened?.event === 'opened' && [opened.manual, opened.reason], [true, 'Triggered by hand'])
    assert.deepEqual([(await place.check()).step, (await place.state()).open_cycle], ['collect', first.id])
  })

  test('needs a usable learning: without one GI-NO-USABLE-LEARNING, exit 10, and nothing is opened', async () => {
    const place = new Workplace(newPlace())
    place.succeed(3)
    await assert.rejects(triggerCycle(place.workshop, place.config), { code: 'GI-NO-USABLE-LEARNING', exitCode: 10 })
    assert.equal(existsSync(place.home.cycles), false)
    assert.equal(existsSync(place.home.state), false)
  })

  test('needs a base: GI-BASE-MISSING', async () => {
    const place = new Workplace(newPlace())
    place.learn(1)
    place.config = Config.parse({})
    await assert.rejects(triggerCycle(place.workshop, place.config), { code: 'GI-BASE-MISSING' })
  })

  test('overrides the backoff and learnings that did not change', async () => {
    const place = readyPlace()
    place.mind = forgetful
    await place.runToEnd()
    assert.match((await place.check()).explanation, /^Backing off/)
    assert.equal((await triggerCycle(place.workshop, place.config)).opened, true)
    await place.runToEnd()
    assert.deepEqual([place.cycles().length, (await place.state()).training_runs, (await place.state()).backoff?.doublings], [2, 2, 1])
  })

  test('two at the same moment open one cycle', async () => {
    const place = readyPlace()
    const both = await Promise.all([triggerCycle(place.workshop, place.config), triggerCycle(place.workshop, place.config)])
    assert.deepEqual(both.map(({ opened }) => opened).sort(), [false, true])
    assert.equal(new Set(both.map(({ id }) => id)).size, 1)
  })

  test('takes a name of its own when the clock has jumped back, later than every other', async () => {
    const place = readyPlace()
    place.mind = forgetful
    await place.runToEnd()
    place.nowMs -= 1000 * 3_600_000
    const { id } = await triggerCycle(place.workshop, place.config)
    assert.deepEqual(place.cycles().at(-1), id)
    assert.equal(place.cycles().length, 2)
  })
})
