import type { Stratum } from '../evaluation/item.ts'
import { binomialProbability, binomialTail } from './binomial.ts'
import { weighEvidence } from './evidence.ts'
import type { FailureShare, GateLimits } from './judgement.ts'
import { isShown } from './reasons.ts'

/** The candidate that the power is computed for: it loses 2% of gate and .5% of retention items, as good trainings do. */
const expectedLosses = { gate: 0.02, retention: 0.005 }
const wantedPower = 0.8
// Outcomes rarer than this don't change a power of 80% in its fourth digit.
const negligible = 1e-6

export interface DetectableGain {
  /** Share of the gate items that a candidate must fix to be deployed with a probability of 80%. */
  fixedShare: number
  /** The gain in live accuracy that this is. */
  effect: number
}

/**
 * The smallest true gain that sets of these sizes would show with 80% power at this alpha; null when fixing everything would not do.
 * Exact: sums over the binomial numbers of fixed and lost items, slices left aside; regression items are taken as unchanged.
 */
export function minimumDetectableGain(sizes: Record<Stratum, number>, share: FailureShare, limits: GateLimits): DetectableGain | null {
  const cases = deployableCases(sizes, share, limits)
  const power = (fixedShare: number): number =>
    cases.reduce((sum, { probability, trials, gainsNeeded }) => {
      return sum + probability * binomialTail(gainsNeeded, trials, Math.min(1, fixedShare / (1 - expectedLosses.gate)))
    }, 0)
  let above = 1 - expectedLosses.gate
  if (power(above) < wantedPower) return null
  let below = 0
  while (above - below > 1e-5) {
    const middle = (below + above) / 2
    if (power(middle) >= wantedPower) above = middle
    else below = middle
  }
  const effect = share.value * (above - expectedLosses.gate) - (1 - share.value) * expectedLosses.retention
  return { fixedShare: above, effect }
}

interface DeployableCase {
  /** Probability of these numbers of lost gate and retention items. */
  probability: number
  /** Gate items that were not lost, each of which may be fixed. */
  trials: number
  /** Fixed items from which on it would be deployed. */
  gainsNeeded: number
}

function deployableCases(sizes: Record<Stratum, number>, share: FailureShare, limits: GateLimits): DeployableCase[] {
  return likelyLosses(sizes.retention, expectedLosses.retention).flatMap((retention) =>
    likelyLosses(sizes.gate, expectedLosses.gate).flatMap((gate) => {
      const trials = sizes.gate - gate.losses
      const gainsNeeded = leastWhere(trials, (gains) => {
        const counts = {
          gate: { n: sizes.gate, gains, losses: gate.losses },
          retention: { n: sizes.retention, gains: 0, losses: retention.losses },
          regression: { n: sizes.regression, gains: 0, losses: 0 },
        }
        return isShown(weighEvidence(counts, share, limits), limits)
      })
      return gainsNeeded === null ? [] : [{ probability: retention.probability * gate.probability, trials, gainsNeeded }]
    }),
  )
}

function likelyLosses(n: number, rate: number): { losses: number; probability: number }[] {
  const likely = []
  for (let losses = 0; losses <= n; losses += 1) {
    const probability = binomialProbability(losses, n, rate)
    if (probability > negligible) likely.push({ losses, probability })
    else if (losses > n * rate) break
  }
  return likely
}

/** The least whole number up to `most` where `holds`, which holds from there on; null when it never does. */
export function leastWhere(most: number, holds: (value: number) => boolean): number | null {
  if (!holds(most)) return null
  let failing = -1
  let holding = most
  while (holding - failing > 1) {
    const middle = Math.floor((failing + holding) / 2)
    if (holds(middle)) holding = middle
    else failing = middle
  }
  return holding
}
