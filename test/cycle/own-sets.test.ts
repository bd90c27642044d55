import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ownSets } from '../../src/cycle/own-sets.ts'
import { forgetful, newPlace, readyPlace, Workplace } from './workplace.ts'

describe('what the next candidate of a home would be judged by', () => {
  test('without a cycle the sizes to aim at, and the level of a first attempt', async () => {
    const place = new Workplace(newPlace())
    const { cycle, sizes, attempts, limits } = await ownSets(place.workshop, place.config)
    assert.deepEqual([cycle, sizes, attempts, limits.alpha], [null, { gate: 40, retention: 200 }, 0, 0.05])
  })

  test('after a refused cycle its items, the configured share, and what the attempt left of the level', async () => {
    const place = readyPlace()
    place.mind = forgetful
    await place.runToEnd()
    const { cycle, sizes, attempts, limits, failureShare } = await ownSets(place.workshop, place.config)
    assert.deepEqual([cycle, sizes, attempts], [place.cycles()[0], { gate: 40, retention: 100 }, 1])
    // The first attempt spent .05 of .10, and nothing is new: half of the rest.
    assert.deepEqual([limits, failureShare.value], [{ alpha: 0.025, minimumGain: 0.01, margin: 0.05 }, 0.2])
  })

  test('after a deployment there are no gate items until the new model fails', async () => {
    const place = readyPlace()
    await place.runToEnd()
    const { sizes, attempts, limits } = await ownSets(place.workshop, place.config)
    assert.deepEqual([sizes, attempts, limits.alpha], [{ gate: 0, retention: 100 }, 0, 0.05])
  })
})
