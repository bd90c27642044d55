import type { Judgement, PairedScore } from './judgement.ts'
import { mcnemarExact } from './mcnemar.ts'
import { rounding } from './reasons.ts'
import { countFlips } from './counting.ts'
import { points } from './texts.ts'

export type Slice = Judgement['slices'][number]

/** A category with fewer items is shown but not tested. */
const sliceItemsNeeded = 20
const sliceLevel = 0.05
const sliceLoss = 0.1

/**
 * The results by category, over all strata, in alphabetical order. The test counts items (graded differences by their sign), so that it
 * stays exact.
 */
export function sliceResults(scores: readonly PairedScore[]): Slice[] {
  const byCategory = new Map<string, PairedScore[]>()
  for (const score of scores) {
    const rows = byCategory.get(score.category)
    if (rows === undefined) byCategory.set(score.category, [score])
    else rows.push(score)
  }
  return [...byCategory]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([category, rows]) => {
      const { n, gains, losses, itemsGained, itemsLost } = countFlips(rows)
      const p = n >= sliceItemsNeeded ? mcnemarExact(itemsGained, itemsLost) : null
      return { category, n, gains, losses, difference: (gains - losses) / n, p }
    })
}

/** Why `slice-lost` applies, a text for each category (design, section 5.5, with Bonferroni's correction); none when it does not. */
export function lostSlices(slices: readonly Slice[]): string[] {
  const tested = slices.filter(({ p }) => p !== null).length
  return slices
    .filter(({ p, difference }) => p !== null && p <= sliceLevel / tested && difference <= -sliceLoss + rounding)
    .map(({ category, n, difference, p }) => {
      const level = tested === 1 ? '0.05' : `0.05 / ${tested} categories`
      return `The category "${category}" was lost: ${points(difference)} over ${n} items (p = ${(p ?? 1).toPrecision(2)}, level ${level}).`
    })
}
