import type { Stratum } from '../evaluation/item.ts'

/** The two models' scores on one pinned item. */
export interface PairedScore {
  id: string
  stratum: Stratum
  category: string
  /** Rows of one stratum that name the same cluster are near-duplicates and count as one item. */
  cluster?: string | undefined
  /** Score of the baseline, 0 to 1. */
  baseline: number
  /** Score of the candidate, 0 to 1. */
  candidate: number
  /** What was asked and answered, where it is known; never judged by, only shown. */
  texts?: AnswerTexts | undefined
}

export interface AnswerTexts {
  input?: string | undefined
  expected?: string | undefined
  /** Answer of the baseline. */
  baseline?: string | undefined
  /** Answer of the candidate. */
  candidate?: string | undefined
}

/** An item that the candidate scores lower on, as an example of a reason. */
export interface LostItem extends AnswerTexts {
  id: string
  stratum: Stratum
  category: string
  /** Candidate minus baseline, under 0. */
  difference: number
}

export interface Reason {
  code: ReasonCode
  text: string
  /** The worst items, for the reasons that are about lost ones. */
  items?: LostItem[]
}

/** Share of requests on which the baseline fails in the field, with its interval. */
export interface FailureShare {
  value: number
  lower: number
  upper: number
  /** Where it comes from: outcomes of the field, a default for want of outcomes, or given by hand. */
  source: 'outcomes' | 'assumed' | 'given'
}

export interface GateLimits {
  /** One-sided level of this attempt. */
  alpha: number
  /** The gain that must be exceeded, as a difference of accuracies (0.01 = one percentage point). */
  minimumGain: number
  /** Non-inferiority margin of retention and regression, as a difference of accuracies. */
  margin: number
}

export type ReasonCode =
  | 'serving'
  | 'behaviour'
  | 'worse'
  | 'retention-lost'
  | 'regression-lost'
  | 'slice-lost'
  | 'no-worthwhile-gain'
  | 'no-difference'
  | 'too-few-items'
  | 'gain-not-shown'
  | 'gain-too-small'
  | 'retention-not-shown'
  | 'regression-not-shown'
  /** Given by the cycle, not by the rule: simulated learnings among real ones. */
  | 'simulated-learnings'

export interface StratumResult {
  n: number
  gains: number
  losses: number
  /** (gains - losses) / n; 0 when empty. */
  difference: number
  lower: number
  upper: number
}

/** The results of one category. */
export interface Slice {
  category: string
  n: number
  gains: number
  losses: number
  difference: number
  /** Of the exact one-sided McNemar test for a loss; null when there are too few items to test. */
  p: number | null
  /** Whether it was lost, so that the candidate is refused for it alone. */
  decisive: boolean
}

export interface Judgement {
  verdict: 'DEPLOY' | 'REFUSE' | 'ABSTAIN'
  estimate: number
  interval: { lower: number; upper: number }
  strata: Record<Stratum, StratumResult>
  /** The smallest true gain that sets of these sizes would show with 80% power, as a difference of accuracies; null when none would. */
  minimumDetectableEffect: number | null
  /** Items that would be needed beside those there are, for an ABSTAIN; see missing.ts. 0 otherwise. */
  missing: { gate: number; retention: number; regression: number }
  reasons: Reason[]
  slices: Slice[]
  alpha: number
  failureShare: FailureShare
}
