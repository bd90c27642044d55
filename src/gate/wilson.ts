import type { Interval } from './tango.ts'

/**
 * Score interval of a proportion; `z` is the quantile of each bound (1.96 for 95% two-sided). Without trials: [0, 1].
 * Wilson, E. B. (1927), Journal of the American Statistical Association 22, 209-212.
 */
export function wilsonInterval(successes: number, trials: number, z: number): Interval {
  if (trials === 0) return { lower: 0, upper: 1 }
  const proportion = successes / trials
  const z2 = z * z
  const centre = (proportion + z2 / (2 * trials)) / (1 + z2 / trials)
  const half = (z * Math.sqrt((proportion * (1 - proportion)) / trials + z2 / (4 * trials * trials))) / (1 + z2 / trials)
  // At 0 and at all successes the exact bound is 0 or 1; subtraction would leave rounding dust there.
  return { lower: successes === 0 ? 0 : Math.max(0, centre - half), upper: successes === trials ? 1 : Math.min(1, centre + half) }
}
