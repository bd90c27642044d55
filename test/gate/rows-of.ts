import type { Stratum } from '../../src/evaluation/item.ts'
import type { FailureShare, GateLimits, PairedScore } from '../../src/gate/judgement.ts'

export const limits: GateLimits = { alpha: 0.05, minimumGain: 0.01, margin: 0.05 }

export const exactShare = (value: number): FailureShare => ({ value, lower: value, upper: value, source: 'given' })

/** `n` items of one stratum: `gains` go from 0 to 1, `losses` from 1 to 0, the others stay at 1. Whole numbers. */
export function rowsOf(stratum: Stratum, gains: number, losses: number, n: number, category = 'general'): PairedScore[] {
  return Array.from({ length: n }, (_, index) => ({
    id: `${category}-${stratum}-${index}`,
    stratum,
    category,
    baseline: index < gains ? 0 : 1,
    candidate: index >= gains && index < gains + losses ? 0 : 1,
  }))
}
