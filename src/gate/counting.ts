import type { Stratum } from '../evaluation/item.ts'
import { clustersAsOne } from './clusters.ts'
import type { PairedScore } from './judgement.ts'
import { rounding } from './reasons.ts'
import type { Counts } from './tango.ts'

export interface Flips extends Counts {
  /** Items with a higher score, whatever by how much. */
  itemsGained: number
  itemsLost: number
}

/** Sums of the differences candidate - baseline, upwards and downwards; near-duplicates count as one item. */
export function countFlips(scores: readonly PairedScore[]): Flips {
  const items = clustersAsOne(scores)
  const up: number[] = []
  const down: number[] = []
  for (const { baseline, candidate } of items) {
    const difference = candidate - baseline
    if (difference > rounding) up.push(difference)
    else if (difference < -rounding) down.push(-difference)
  }
  return { n: items.length, gains: sum(up), losses: sum(down), itemsGained: up.length, itemsLost: down.length }
}

export function countStrata(scores: readonly PairedScore[]): Record<Stratum, Counts> {
  const counts = (stratum: Stratum): Counts => {
    const { n, gains, losses } = countFlips(scores.filter((score) => score.stratum === stratum))
    return { n, gains, losses }
  }
  return { gate: counts('gate'), retention: counts('retention'), regression: counts('regression') }
}

/** Sorted first, so that the same rows in another order give the same sum to the last digit. */
const sum = (values: number[]): number => values.sort((a, b) => a - b).reduce((total, value) => total + value, 0)
