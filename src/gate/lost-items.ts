import { clustersOf } from './clusters.ts'
import type { LostItem, PairedScore } from './judgement.ts'
import { rounding } from './reasons.ts'

const itemsNamed = 3

/** The items of `scores` that lost most, worst first, equal ones by id; of near-duplicates only one, so that each tells something new. */
export function worstItems(scores: readonly PairedScore[]): LostItem[] {
  const worstFirst = scores
    .filter((score) => differenceOf(score) < -rounding)
    .sort((a, b) => differenceOf(a) - differenceOf(b) || (a.id < b.id ? -1 : 1))
  return clustersOf(worstFirst)
    .flatMap(([worst]) => worst ?? [])
    .slice(0, itemsNamed)
    .map((score) => ({ id: score.id, stratum: score.stratum, category: score.category, difference: differenceOf(score), ...score.texts }))
}

const differenceOf = ({ baseline, candidate }: PairedScore): number => candidate - baseline
