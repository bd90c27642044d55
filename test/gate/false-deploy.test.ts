import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { binomialProbability } from '../../src/gate/binomial.ts'
import { weighEvidence } from '../../src/gate/evidence.ts'
import type { FailureShare } from '../../src/gate/judgement.ts'
import { isShown } from '../../src/gate/reasons.ts'
import { exactShare, limits } from './rows-of.ts'

interface Rates {
  n: number
  gain: number
  loss: number
}

const none = { n: 0, gains: 0, losses: 0 }

/** Probability that it is deployed, summed over all numbers of flips (no simulation; outcomes under 1e-7 left out, at most 1e-3 in all). */
function probabilityOfDeploy(gate: Rates, retention: Rates, share: FailureShare): number {
  const outcomes = outcomesOf(retention)
  let total = 0
  for (const gateOutcome of outcomesOf(gate)) {
    for (const retentionOutcome of outcomes) {
      const probability = gateOutcome.probability * retentionOutcome.probability
      if (probability < 1e-7) continue
      const counts = { gate: gateOutcome.counts, retention: retentionOutcome.counts, regression: none }
      if (isShown(weighEvidence(counts, share, limits), limits)) total += probability
    }
  }
  return total
}

function outcomesOf({ n, gain, loss }: Rates) {
  const outcomes = []
  for (let gains = 0; gains <= n; gains += 1) {
    const ofGains = binomialProbability(gains, n, gain)
    if (ofGains < 1e-6) continue
    for (let losses = 0; losses <= n - gains; losses += 1) {
      const probability = ofGains * binomialProbability(losses, n - gains, loss / (1 - gain))
      if (probability > 1e-6) outcomes.push({ counts: { n, gains, losses }, probability })
    }
  }
  return outcomes
}

describe('a candidate that is no better is deployed at most about 6.5% of the time', () => {
  // What is gained on gate is lost on retention: .1 x .36 = .9 x .04, and so on.
  const settings = [
    ['as much gained as lost everywhere', { n: 40, gain: 0.1, loss: 0.1 }, { n: 100, gain: 0.02, loss: 0.02 }, 0.1],
    ['36% of gate gained, 4% of retention lost', { n: 40, gain: 0.36, loss: 0 }, { n: 100, gain: 0, loss: 0.04 }, 0.1],
    ['18% of gate gained, 2% of retention lost', { n: 100, gain: 0.18, loss: 0 }, { n: 200, gain: 0, loss: 0.02 }, 0.1],
    ['9% of gate gained, 1% of retention lost', { n: 100, gain: 0.09, loss: 0 }, { n: 300, gain: 0, loss: 0.01 }, 0.1],
    ['few gate items, a large share', { n: 20, gain: 0.05, loss: 0.05 }, { n: 200, gain: 0, loss: 0 }, 0.5],
  ] as const
  for (const [name, gate, retention, share] of settings) {
    test(name, () => {
      const probability = probabilityOfDeploy(gate, retention, exactShare(share))
      assert.ok(probability <= 0.065, `deployed with probability ${probability.toFixed(4)}`)
    })
  }

  test('a candidate that is 2 points worse under 1% of the time: 18% of gate gained, 4.2% of retention lost', () => {
    assert.ok(probabilityOfDeploy({ n: 40, gain: 0.18, loss: 0 }, { n: 200, gain: 0, loss: 0.0422 }, exactShare(0.1)) < 0.01)
  })

  test('a good candidate is deployed: half of 40 fixed, nothing lost', () => {
    assert.ok(probabilityOfDeploy({ n: 40, gain: 0.5, loss: 0 }, { n: 200, gain: 0, loss: 0 }, exactShare(0.1)) > 0.95)
  })
})
