import { countFlips } from './counting.ts'
import type { PairedScore, Slice } from './judgement.ts'
import { mcnemarExact } from './mcnemar.ts'
import { rounding } from './reasons.ts'
import { points } from './texts.ts'

/** A category with fewer items is shown but not tested. */
const sliceItemsNeeded = 20
const sliceLevel = 0.05
const sliceLoss = 0.1

/**
 * The results by category, over all strata, in alphabetical order. The test counts items (graded differences by their sign), so that it
 * stays exact. A cluster whose rows are of several categories counts once in each, with its rows there. Decisive is a category that was
 * lost (design, section 5.5, with Bonferroni's correction over those that are tested).
 */
export function sliceResults(scores: readonly PairedScore[]): Slice[] {
  const byCategory = new Map<string, PairedScore[]>()
  for (const score of scores) {
    const rows = byCategory.get(score.category)
    if (rows === undefined) byCategory.set(score.category, [score])
    else rows.push(score)
  }
  const slices = [...byCategory]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([category, rows]) => {
      const { n, gains, losses, itemsGained, itemsLost } = countFlips(rows)
      const p = n >= sliceItemsNeeded ? mcnemarExact(itemsGained, itemsLost) : null
      return { category, n, gains, losses, difference: (gains - losses) / n, p }
    })
  const level = sliceLevel / testedOf(slices)
  return slices.map((slice) => ({ ...slice, decisive: slice.p !== null && slice.p <= level && slice.difference <= -sliceLoss + rounding }))
}

const testedOf = (slices: readonly Pick<Slice, 'p'>[]): number => slices.filter(({ p }) => p !== null).length

/** Why `slice-lost` applies to a decisive slice, `slices` being all of them. */
export function sliceText({ category, n, difference, p }: Slice, slices: readonly Slice[]): string {
  const tested = testedOf(slices)
  const level = tested === 1 ? '0.05' : `0.05 / ${tested} categories`
  return `The category "${category}" was lost: ${points(difference)} over ${n} items (p = ${(p ?? 1).toPrecision(2)}, level ${level}).`
}
