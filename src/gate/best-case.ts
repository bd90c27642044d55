import { judge } from './judge.ts'
import type { FailureShare, GateLimits, Judgement, PairedScore } from './judgement.ts'

/**
 * The best that can come out on these items, asked before anything is trained: every item is answered fully right, so everything that can
 * be gained is and nothing is lost. When even that could not be deployed, `judgement.missing` says how many items would be needed.
 * Raises GI-GATE-DATA like `judge`.
 */
export function bestCase(
  items: readonly Omit<PairedScore, 'candidate'>[],
  failureShare: FailureShare,
  limits: GateLimits,
): { judgement: Judgement; couldBeDeployed: boolean } {
  const judgement = judge({ scores: items.map((item) => ({ ...item, candidate: 1 })), failureShare, limits })
  return { judgement, couldBeDeployed: judgement.verdict === 'DEPLOY' }
}
