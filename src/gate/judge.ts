import type { Judgement } from './judgement.ts'
import { missingItems } from './missing.ts'
import { minimumDetectableGain } from './power.ts'
import { checkLimits, checkScores } from './validate.ts'
import { verdictOn } from './verdict.ts'
import type { GateQuestion } from './verdict.ts'

/**
 * The verdict on a candidate with all its numbers (design, section 5). The order of the scores does not matter. Raises GI-GATE-DATA for
 * data that must not be judged.
 */
export function judge(question: GateQuestion): Judgement {
  const { scores, failureShare, limits } = question
  checkScores(scores)
  checkLimits(failureShare, limits)
  const { verdict, reasons, slices, evidence } = verdictOn(question)
  const { strata, estimate, interval } = evidence
  const sizes = { gate: strata.gate.n, retention: strata.retention.n, regression: strata.regression.n }
  return {
    verdict,
    estimate,
    interval,
    strata,
    minimumDetectableEffect: minimumDetectableGain(sizes, failureShare, limits)?.effect ?? null,
    missing: verdict === 'ABSTAIN' ? missingItems(strata, failureShare, limits) : { gate: 0, retention: 0, regression: 0 },
    reasons,
    slices,
    alpha: limits.alpha,
    failureShare,
  }
}
