import type { FailureShare, GateLimits } from '../judgement.ts'

/** How likely a candidate answers an item better or worse than the baseline. */
interface Rates {
  gained: number
  lost: number
}

export interface SimulatedCandidate {
  gate: Rates
  retention: Rates
}

/** By how much a score changes when it does: one of these, each as likely. Right or wrong is `{ up: [1], down: [1] }`. */
export interface ScoreSteps {
  up: readonly number[]
  down: readonly number[]
}

export const rightOrWrong: ScoreSteps = { up: [1], down: [1] }

/** What is known of the share of requests that the baseline fails on; or so many outcomes, drawn anew in each simulation. */
export type ShareKnown = FailureShare | { outcomes: number }

/** One world in which the gate is tried out. */
export interface Setting {
  /** Items that differ; near-duplicates come on top. */
  sizes: { gate: number; retention: number }
  candidate: SimulatedCandidate
  /** True share of requests that the baseline fails on. */
  share: number
  shareKnown: ShareKnown
  steps: ScoreSteps
  /** Rows for each item; from 2 on they are near-duplicates that mostly go the same way. */
  rowsPerItem: number
  /** Whether near-duplicates are marked as such; if not, they count as items of their own. */
  clustersMarked: boolean
  limits: GateLimits
}

/** True gain in live accuracy. */
export function trueGain({ candidate, share, steps }: Pick<Setting, 'candidate' | 'share' | 'steps'>): number {
  const gain = ({ gained, lost }: Rates): number => gained * average(steps.up) - lost * average(steps.down)
  return share * gain(candidate.gate) + (1 - share) * gain(candidate.retention)
}

/**
 * The candidate that fixes this share of the corrections and loses just so many of the answers that were right that its true gain is `gain`: 0 for one
 * that is no better, only wrong elsewhere. This is the selection effect: corrections are the requests that the baseline failed on, so
 * any other model does better on them.
 */
export function candidateWith(gain: number, fixed: number, share: number, steps: ScoreSteps): SimulatedCandidate {
  const lost = (share * fixed * average(steps.up) - gain) / ((1 - share) * average(steps.down))
  return { gate: { gained: fixed, lost: 0 }, retention: { gained: 0, lost: Math.min(1, Math.max(0, lost)) } }
}

const average = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
