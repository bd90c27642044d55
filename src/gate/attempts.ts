/** A judgement that was made on the present baseline. */
export interface Attempt {
  /** Every item that it judged, of all strata; what counts as one has one id. */
  judgedItemIds: readonly string[]
  /** The level that it used. */
  alpha: number
}

export interface NextAttempt {
  /** One-sided level of the attempt. */
  alpha: number
  /** What there is to spend before it. */
  wealth: number
  /** Share of its items that no earlier attempt has judged. */
  freshShare: number
}

const mostWealth = 0.1
const spentShare = 0.5
// However often it is tried, a level of 0 can't be judged at; this one is as good as none.
const leastAlpha = 1e-12

/**
 * The level of the next attempt on one baseline (design, section 5.8): repeated attempts on the same items spend what is left, half of
 * it each time; items that no attempt has seen earn it back. The first attempt has .05. `previous`: every attempt that was ever made on this
 * baseline, oldest first. A DEPLOY begins anew since it makes another baseline; a rollback doesn't, since the same one is judged again on items
 * that were judged before.
 */
export function nextAttempt(previous: readonly Attempt[], itemIds: readonly string[]): NextAttempt {
  const judged = new Set<string>()
  let wealth = mostWealth
  for (const attempt of previous) {
    wealth = Math.max(0, earned(wealth, judged, attempt.judgedItemIds) - attempt.alpha)
    for (const id of attempt.judgedItemIds) judged.add(id)
  }
  const available = earned(wealth, judged, itemIds)
  return { alpha: Math.max(leastAlpha, available * spentShare), wealth: available, freshShare: freshShare(judged, itemIds) }
}

const earned = (wealth: number, judged: ReadonlySet<string>, itemIds: readonly string[]): number =>
  Math.min(mostWealth, wealth + mostWealth * freshShare(judged, itemIds))

function freshShare(judged: ReadonlySet<string>, itemIds: readonly string[]): number {
  const distinct = [...new Set(itemIds)]
  return distinct.length === 0 ? 0 : distinct.filter((id) => !judged.has(id)).length / distinct.length
}
