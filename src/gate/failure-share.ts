import type { FailureShare } from './judgement.ts'
import { normalQuantile } from './normal-quantile.ts'
import { wilsonInterval } from './wilson.ts'

/** What was observed in the field under the baseline release. */
export interface Outcomes {
  successes: number
  failures: number
}

/** Fewer outcomes, or fewer successes among them, say more about who records than about the model: people record corrections, hardly successes. */
export const outcomesNeeded = { all: 50, successes: 20 } as const

export const hasEnoughOutcomes = ({ successes, failures }: Outcomes): boolean =>
  successes + failures >= outcomesNeeded.all && successes >= outcomesNeeded.successes

/** Share of requests on which the baseline fails, with its 80% Wilson interval; .10 [.05, .20] while too little was observed. */
export function failureShare(outcomes: Outcomes): FailureShare {
  if (!hasEnoughOutcomes(outcomes)) return { value: 0.1, lower: 0.05, upper: 0.2, source: 'assumed' }
  const all = outcomes.successes + outcomes.failures
  return { value: outcomes.failures / all, ...wilsonInterval(outcomes.failures, all, normalQuantile(0.9)), source: 'outcomes' }
}

/** A share that the user knows: exact, unless a range is given with it. */
export function givenFailureShare(value: number, range: { lower: number; upper: number } = { lower: value, upper: value }): FailureShare {
  return { value, lower: range.lower, upper: range.upper, source: 'given' }
}
