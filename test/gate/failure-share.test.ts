import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { failureShare, givenFailureShare } from '../../src/gate/failure-share.ts'
import { estimatedLiveAccuracy } from '../../src/gate/live-accuracy.ts'

describe('failure share', () => {
  test('under 50 outcomes, or under 20 successes, .10 with .05 to .20 is assumed', () => {
    const assumed = { value: 0.1, lower: 0.05, upper: 0.2, source: 'assumed' }
    assert.deepEqual(failureShare({ successes: 45, failures: 4 }), assumed)
    assert.deepEqual(failureShare({ successes: 19, failures: 500 }), assumed)
    assert.deepEqual(failureShare({ successes: 0, failures: 0 }), assumed)
  })

  test('from 50 outcomes with 20 successes it is observed, with an 80% Wilson interval: 30 of 50', () => {
    // By hand with z = 1.28155: (.6 + 1.64237/100 -+ 1.28155 sqrt(.24/50 + 1.64237/10000)) / (1 + 1.64237/50) = .5095, .6842
    const share = failureShare({ successes: 20, failures: 30 })
    assert.equal(share.value, 0.6)
    assert.equal(share.source, 'outcomes')
    assert.ok(Math.abs(share.lower - 0.50943) < 2e-4, String(share.lower))
    assert.ok(Math.abs(share.upper - 0.68422) < 2e-4, String(share.upper))
  })

  test('without failures it is 0 and its interval starts there', () => {
    const share = failureShare({ successes: 60, failures: 0 })
    assert.deepEqual([share.value, share.lower], [0, 0])
  })

  test('given by hand it is exact, or has the range given with it', () => {
    assert.deepEqual(givenFailureShare(0.3), { value: 0.3, lower: 0.3, upper: 0.3, source: 'given' })
    assert.deepEqual(givenFailureShare(0.1, { lower: 0.05, upper: 0.2 }), { value: 0.1, lower: 0.05, upper: 0.2, source: 'given' })
  })
})

describe('estimated live accuracy', () => {
  const rows = (stratum: 'gate' | 'retention' | 'regression', ...scores: number[]) => scores.map((score) => ({ stratum, score }))

  test('weighs gate by the failure share and retention by the rest: .2 x .5 + .8 x .75', () => {
    const scores = [...rows('gate', 0, 1), ...rows('retention', 1, 1, 1, 0), ...rows('regression', 0, 0)]
    assert.ok(Math.abs((estimatedLiveAccuracy(scores, 0.2) ?? 0) - 0.7) < 1e-12)
  })

  test('a stratum without items leaves its weight to the other; none at all is unknown', () => {
    assert.equal(estimatedLiveAccuracy(rows('retention', 1, 0), 0.2), 0.5)
    assert.equal(estimatedLiveAccuracy(rows('gate', 1), 0.2), 1)
    assert.equal(estimatedLiveAccuracy([], 0.2), null)
  })
})
