import { countStrata } from './counting.ts'
import { weighEvidence } from './evidence.ts'
import type { Evidence } from './evidence.ts'
import type { FailureShare, GateLimits, Judgement, PairedScore, Reason, Slice } from './judgement.ts'
import { worstItems } from './lost-items.ts'
import { abstentionCodes, refusalCodes } from './reasons.ts'
import type { EvidenceCode } from './reasons.ts'
import { sliceResults, sliceText } from './slices.ts'
import { reasonText } from './texts.ts'

export interface GateQuestion {
  /** Both models' scores on the same items; the strata are taken as given. */
  scores: readonly PairedScore[]
  failureShare: FailureShare
  limits: GateLimits
  /** Checks that failed, each in a sentence for the user. */
  checks?: { serving?: readonly string[]; behaviour?: readonly string[] }
}

export interface Verdict extends Pick<Judgement, 'verdict' | 'reasons' | 'slices'> {
  evidence: Evidence
}

/**
 * REFUSE when something speaks against the candidate, else ABSTAIN when something is not shown, else DEPLOY (design, section 5); with every
 * reason. The data are taken as valid: `judge` checks them.
 */
export function verdictOn({ scores, failureShare, limits, checks = {} }: GateQuestion): Verdict {
  const evidence = weighEvidence(countStrata(scores), failureShare, limits)
  const slices = sliceResults(scores)
  const told = (codes: readonly EvidenceCode[]): Reason[] =>
    codes.map((code) => ({ code, text: reasonText(code, evidence, limits), ...examplesOf(code, scores) }))
  const refusals = [
    ...found('serving', checks.serving),
    ...found('behaviour', checks.behaviour),
    ...told(refusalCodes(evidence, limits)),
    ...slices.filter(({ decisive }) => decisive).map((slice) => lostSlice(slice, slices, scores)),
  ]
  const reasons = refusals.length > 0 ? refusals : told(abstentionCodes(evidence, limits))
  return { verdict: refusals.length > 0 ? 'REFUSE' : reasons.length > 0 ? 'ABSTAIN' : 'DEPLOY', reasons, slices, evidence }
}

const found = (code: 'serving' | 'behaviour', sentences: readonly string[] = []): Reason[] => sentences.map((text) => ({ code, text }))

function lostSlice(slice: Slice, slices: readonly Slice[], scores: readonly PairedScore[]): Reason {
  const items = worstItems(scores.filter(({ category }) => category === slice.category))
  return { code: 'slice-lost', text: sliceText(slice, slices), items }
}

/** Regression items have no part in the gain, so a candidate is not worse for them. */
const lostStrata = {
  worse: ['gate', 'retention'],
  'retention-lost': ['retention'],
  'regression-lost': ['regression'],
} as const satisfies Partial<Record<EvidenceCode, readonly PairedScore['stratum'][]>>

function examplesOf(code: EvidenceCode, scores: readonly PairedScore[]): Pick<Reason, 'items'> {
  if (code !== 'worse' && code !== 'retention-lost' && code !== 'regression-lost') return {}
  const strata: readonly string[] = lostStrata[code]
  return { items: worstItems(scores.filter(({ stratum }) => strata.includes(stratum))) }
}
