import type { Stratum } from '../evaluation/item.ts'
import type { FailureShare, GateLimits, StratumResult } from './judgement.ts'
import { moverCombination } from './mover.ts'
import { normalQuantile } from './normal-quantile.ts'
import { tangoInterval } from './tango.ts'
import type { Counts, Interval } from './tango.ts'

/** Estimated gain in live accuracy if `share` of the requests are such as the baseline fails on. */
export interface GainAtShare extends Interval {
  share: number
  estimate: number
}

/** All that the verdict depends on beside slices and failed checks. */
export interface Evidence {
  strata: Record<Stratum, StratumResult>
  /** The estimate at the failure share's value, with the least lower and the greatest upper bound over its interval. */
  estimate: number
  interval: Interval
  /** The gain at the two ends of the failure share's interval; every condition on the gain is looked at in both. */
  ends: readonly [GainAtShare, GainAtShare]
  hasFlips: boolean
}

const oneSidedLevel = 0.05

/**
 * Intervals of the strata and of the gain (design, section 5.3). The lower bound of the gain is at the attempt's alpha, all other bounds
 * at one-sided .05.
 */
export function weighEvidence(counts: Record<Stratum, Counts>, share: FailureShare, limits: GateLimits): Evidence {
  const z = -normalQuantile(oneSidedLevel)
  // Not of 1 - alpha, which is 1 for the tiny levels that many attempts on the same items leave.
  const attemptZ = -normalQuantile(limits.alpha)
  const strata = {
    gate: stratumResult(counts.gate, z),
    retention: stratumResult(counts.retention, z),
    regression: stratumResult(counts.regression, z),
  }
  const strict = { gate: stratumResult(counts.gate, attemptZ), retention: stratumResult(counts.retention, attemptZ) }
  const gainAt = (value: number): GainAtShare => {
    const { difference, upper } = moverCombination(value, strata.gate, strata.retention)
    const { lower } = moverCombination(value, strict.gate, strict.retention)
    return { share: value, estimate: difference, lower, upper }
  }
  const ends = [gainAt(share.lower), gainAt(share.upper)] as const
  return {
    strata,
    estimate: gainAt(share.value).estimate,
    interval: { lower: Math.min(ends[0].lower, ends[1].lower), upper: Math.max(ends[0].upper, ends[1].upper) },
    ends,
    hasFlips: Object.values(counts).some(({ gains, losses }) => gains + losses > 0),
  }
}

function stratumResult(counts: Counts, z: number): StratumResult {
  const { n, gains, losses } = counts
  return { n, gains, losses, difference: n === 0 ? 0 : (gains - losses) / n, ...tangoInterval(counts, z) }
}
