import { countStrata } from './counting.ts'
import { weighEvidence } from './evidence.ts'
import type { FailureShare, GateLimits, Judgement, PairedScore, ReasonCode } from './judgement.ts'
import { missingItems } from './missing.ts'
import { minimumDetectableGain } from './power.ts'
import { abstentionCodes, refusalCodes } from './reasons.ts'
import type { EvidenceCode } from './reasons.ts'
import { sliceResults, sliceText } from './slices.ts'
import { reasonText } from './texts.ts'
import { checkLimits, checkScores } from './validate.ts'

export interface GateQuestion {
  /** Both models' scores on the same items; the strata are taken as given. */
  scores: readonly PairedScore[]
  failureShare: FailureShare
  limits: GateLimits
  /** Checks that failed, each in a sentence for the user. */
  checks?: { serving?: readonly string[]; behaviour?: readonly string[] }
}

type Reasons = Judgement['reasons']

/**
 * The verdict on a candidate, with every reason for it (design, section 5): REFUSE when something speaks against it, else ABSTAIN when
 * something is not shown, else DEPLOY. The order of the scores does not matter. Raises GI-GATE-DATA for data that must not be judged.
 */
export function judge({ scores, failureShare, limits, checks = {} }: GateQuestion): Judgement {
  checkScores(scores)
  checkLimits(failureShare, limits)
  const counts = countStrata(scores)
  const evidence = weighEvidence(counts, failureShare, limits)
  const slices = sliceResults(scores)
  const texts = (codes: EvidenceCode[]): Reasons => codes.map((code) => ({ code, text: reasonText(code, evidence, limits) }))
  const found = (code: ReasonCode, sentences: readonly string[] = []): Reasons => sentences.map((text) => ({ code, text }))

  const refusals = [
    ...found('serving', checks.serving),
    ...found('behaviour', checks.behaviour),
    ...texts(refusalCodes(evidence, limits)),
    ...found(
      'slice-lost',
      slices.filter(({ decisive }) => decisive).map((slice) => sliceText(slice, slices)),
    ),
  ]
  const reasons = refusals.length > 0 ? refusals : texts(abstentionCodes(evidence, limits))
  const verdict = refusals.length > 0 ? 'REFUSE' : reasons.length > 0 ? 'ABSTAIN' : 'DEPLOY'
  const sizes = { gate: counts.gate.n, retention: counts.retention.n, regression: counts.regression.n }
  return {
    verdict,
    estimate: evidence.estimate,
    interval: evidence.interval,
    strata: evidence.strata,
    minimumDetectableEffect: minimumDetectableGain(sizes, failureShare, limits)?.effect ?? null,
    missing: verdict === 'ABSTAIN' ? missingItems(counts, failureShare, limits) : { gate: 0, retention: 0, regression: 0 },
    reasons,
    slices,
    alpha: limits.alpha,
    failureShare,
  }
}
