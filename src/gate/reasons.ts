import type { Evidence, GainAtShare } from './evidence.ts'
import type { GateLimits, ReasonCode, StratumResult } from './judgement.ts'

/** The reasons that follow from strata and gain; the others are found elsewhere and come with their texts. */
export type EvidenceCode = Exclude<ReasonCode, 'serving' | 'behaviour' | 'slice-lost' | 'simulated-learnings'>

/** Fewer items than these prove nothing, whatever they say (design, section 5.6); regression below it is only checked for losses. */
export const itemsNeeded = { gate: 20, retention: 60, regression: 60 } as const

/** Sums of decimal fractions miss their value by some 1e-16; a limit that is met exactly must not be passed by that. */
export const rounding = 1e-9

const atMost = (value: number, limit: number): boolean => value <= limit + rounding
const atBothEnds = (evidence: Evidence, holds: (gain: GainAtShare) => boolean): boolean => evidence.ends.every(holds)
const atAnEnd = (evidence: Evidence, holds: (gain: GainAtShare) => boolean): boolean => evidence.ends.some(holds)
const isLost = ({ n, difference, upper }: StratumResult, margin: number): boolean =>
  n > 0 && atMost(difference, -margin) && upper < -rounding

/** A worse candidate has no worthwhile gain, and one that answers alike shows none: saying so as well would only hide the reason. */
const implied: Partial<Record<EvidenceCode, readonly EvidenceCode[]>> = {
  worse: ['no-worthwhile-gain'],
  'no-difference': ['gain-not-shown', 'gain-too-small'],
}

function thatApply(applies: Partial<Record<EvidenceCode, boolean>>): EvidenceCode[] {
  const codes = (Object.keys(applies) as EvidenceCode[]).filter((code) => applies[code])
  const said = new Set(codes.flatMap((code) => implied[code] ?? []))
  return codes.filter((code) => !said.has(code))
}

/** What the strata and the gain say for REFUSE (design, section 5.5); all that apply, in the order of the design. */
export function refusalCodes(evidence: Evidence, limits: GateLimits): EvidenceCode[] {
  const { retention, regression } = evidence.strata
  return thatApply({
    worse: atBothEnds(evidence, ({ upper }) => upper < -rounding),
    'retention-lost': isLost(retention, limits.margin),
    'regression-lost': isLost(regression, limits.margin),
    'no-worthwhile-gain': evidence.hasFlips && atBothEnds(evidence, ({ upper }) => atMost(upper, limits.minimumGain)),
  })
}

/** What is not shown, when nothing speaks for REFUSE (design, section 5.6); all that apply, in the order of the design. */
export function abstentionCodes(evidence: Evidence, limits: GateLimits): EvidenceCode[] {
  const { gate, retention, regression } = evidence.strata
  return thatApply({
    'no-difference': !evidence.hasFlips,
    'too-few-items': gate.n < itemsNeeded.gate || retention.n < itemsNeeded.retention,
    'gain-not-shown': atAnEnd(evidence, ({ lower }) => atMost(lower, 0)),
    'gain-too-small': atAnEnd(evidence, ({ estimate }) => atMost(estimate, limits.minimumGain)),
    'retention-not-shown': atMost(retention.lower, -limits.margin),
    'regression-not-shown': regression.n >= itemsNeeded.regression && atMost(regression.lower, -limits.margin),
  })
}

/** Whether the strata and the gain alone would let it be deployed. */
export const isShown = (evidence: Evidence, limits: GateLimits): boolean =>
  refusalCodes(evidence, limits).length === 0 && abstentionCodes(evidence, limits).length === 0
