import type { Interval } from './tango.ts'

/** An estimated difference with its interval. */
export interface Estimated extends Interval {
  difference: number
}

/**
 * share x gate + (1 - share) x retention with its interval, from the intervals of the two independent parts. MOVER: Zou, G. Y. and
 * Donner, A. (2008), Construction of confidence limits about effect measures, Statistics in Medicine 27, 1693-1702.
 */
export function moverCombination(share: number, gate: Estimated, retention: Estimated): Estimated {
  const rest = 1 - share
  const difference = share * gate.difference + rest * retention.difference
  return {
    difference,
    lower: difference - Math.hypot(share * (gate.difference - gate.lower), rest * (retention.difference - retention.lower)),
    upper: difference + Math.hypot(share * (gate.upper - gate.difference), rest * (retention.upper - retention.difference)),
  }
}
