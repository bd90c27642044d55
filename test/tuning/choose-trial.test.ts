import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { chooseTrial, isAdapterChosen, trialValue } from '../../src/tuning/choose-trial.ts'
import type { Trial } from '../../src/tuning/tuning.ts'

const trial = (scale: number, correction: number, retention: number, step = 10): Trial => ({ step, scale, correction, retention })

describe('which trial is taken', () => {
  test('that of the highest estimated live accuracy', () => {
    // .1 x .9 + .9 x .98 = .972; .1 x .8 + .9 x 1 = .98; .1 x .2 + .9 x 1 = .92
    const trials = [trial(1, 0.9, 0.98), trial(0.85, 0.8, 1), trial(0.4, 0.2, 1)]
    assert.deepEqual(
      trials.map((one) => Number(trialValue(one, 0.1).toFixed(9))),
      [0.972, 0.98, 0.92],
    )
    assert.equal(chooseTrial(trials, 0.1).scale, 0.85)
    // With half of the requests failing: .94, .9, .6.
    assert.equal(chooseTrial(trials, 0.5).scale, 1)
  })

  test('of equal ones that which keeps more, then the later checkpoint, then the larger scale', () => {
    // .5 x .8 + .5 x 1 = .5 x 1 + .5 x .8
    assert.equal(chooseTrial([trial(1, 1, 0.8), trial(0.7, 0.8, 1)], 0.5).scale, 0.7)
    assert.equal(chooseTrial([trial(1, 0.5, 1, 20), trial(1, 0.5, 1, 10)], 0.1).step, 20)
    assert.equal(chooseTrial([trial(0.4, 0.5, 1), trial(1, 0.5, 1), trial(0.7, 0.5, 1)], 0.1).scale, 1)
  })

  test('does not depend on the order of the trials, and none is better', () => {
    const score = fc.integer({ min: 0, max: 20 }).map((number) => number / 20)
    const one = fc.record({
      step: fc.integer({ min: 1, max: 3 }),
      scale: fc.constantFrom(1, 0.85, 0.4),
      correction: score,
      retention: score,
    })
    fc.assert(
      fc.property(fc.array(one, { minLength: 1, maxLength: 8 }), fc.double({ min: 0.01, max: 0.99, noNaN: true }), (trials, share) => {
        const chosen = chooseTrial(trials, share)
        assert.deepEqual(chooseTrial([...trials].reverse(), share), chosen)
        for (const other of trials) assert.ok(trialValue(other, share) <= trialValue(chosen, share) + 1e-9)
      }),
    )
  })
})

test('something is chosen with "auto", or with more than one checkpoint', () => {
  assert.equal(isAdapterChosen({ loraScale: 0.85, checkpoints: 1 }), false)
  assert.equal(isAdapterChosen({ loraScale: 'auto', checkpoints: 1 }), true)
  assert.equal(isAdapterChosen({ loraScale: 1, checkpoints: 2 }), true)
})
