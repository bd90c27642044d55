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
  // Sorted, so that the same rows in another order give the same sums to the last digit.
  const differences = items.map(({ baseline, candidate }) => candidate - baseline).sort((a, b) => a - b)
  const up = differences.filter((difference) => difference > rounding)
  const down = differences.filter((difference) => difference < -rounding).reverse()
  return { n: items.length, gains: sum(up), losses: Math.abs(sum(down)), itemsGained: up.length, itemsLost: down.length }
}

export function countStrata(scores: readonly PairedScore[]): Record<Stratum, Counts> {
  const counts = (stratum: Stratum): Counts => {
    const { n, gains, losses } = countFlips(scores.filter((score) => score.stratum === stratum))
    return { n, gains, losses }
  }
  return { gate: counts('gate'), retention: counts('retention'), regression: counts('regression') }
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
