import type { Stratum } from '../evaluation/item.ts'
import { weighEvidence } from './evidence.ts'
import type { FailureShare, GateLimits } from './judgement.ts'
import { leastWhere } from './power.ts'
import { isShown, itemsNeeded } from './reasons.ts'
import type { Counts } from './tango.ts'

type Strata<T> = Record<Stratum, T>

// More items of one kind than this are not asked for: nobody will collect them.
const mostItems = 20_000
const growth = 1.03

/**
 * How many more items of each stratum would let this candidate be deployed if it went on gaining and losing at the rates seen so far
 * (a best case has no losses, so for it these are the items that a flawless candidate needs). Of all ways the one with the fewest items
 * altogether, found on a grid of 3% steps: a guide, not an exact number. What is under the least number of items (20 gate, 60 retention)
 * is always asked for; where no number of items would do, nothing more than that is.
 */
export function missingItems(counts: Strata<Counts>, share: FailureShare, limits: GateLimits): Strata<number> {
  const floor = {
    gate: Math.max(counts.gate.n, itemsNeeded.gate),
    retention: Math.max(counts.retention.n, itemsNeeded.retention),
    regression: counts.regression.n,
  }
  const sizes = leastSizes(counts, floor, share, limits) ?? floor
  return {
    gate: sizes.gate - counts.gate.n,
    retention: sizes.retention - counts.retention.n,
    regression: sizes.regression - counts.regression.n,
  }
}

function leastSizes(counts: Strata<Counts>, floor: Strata<number>, share: FailureShare, limits: GateLimits): Strata<number> | null {
  const suffices = (sizes: Strata<number>): boolean =>
    isShown(
      weighEvidence(
        {
          gate: grown(counts.gate, sizes.gate),
          retention: grown(counts.retention, sizes.retention),
          regression: grown(counts.regression, sizes.regression),
        },
        share,
        limits,
      ),
      limits,
    )
  const most = { gate: floor.gate + mostItems, retention: floor.retention + mostItems, regression: floor.regression + mostItems }
  if (!suffices({ ...most, regression: floor.regression }) && !suffices(most)) return null
  const moreRegression = leastWhere(mostItems, (more) => suffices({ ...most, regression: floor.regression + more })) ?? 0
  const regression = floor.regression + moreRegression
  let best: Strata<number> | null = null
  for (let more = 0; more <= mostItems; more = Math.max(more + 1, Math.ceil(more * growth))) {
    const gate = floor.gate + more
    if (best !== null && gate + floor.retention >= best.gate + best.retention) break
    const moreRetention = leastWhere(mostItems, (value) => suffices({ gate, retention: floor.retention + value, regression }))
    if (moreRetention === null) continue
    const retention = floor.retention + moreRetention
    if (best === null || gate + retention < best.gate + best.retention) best = { gate, retention, regression }
  }
  return best
}

/** The same rates over `n` items; a stratum that is still empty is taken as unchanged. */
function grown({ n, gains, losses }: Counts, size: number): Counts {
  return n === 0 ? { n: size, gains: 0, losses: 0 } : { n: size, gains: (gains * size) / n, losses: (losses * size) / n }
}
