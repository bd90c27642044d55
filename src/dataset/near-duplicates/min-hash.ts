import { mix } from './mix.ts'

/** 25 bands of 5 rows: two sets of Jaccard index s share a band with the chance 1 - (1 - s^5)^25, .990 at .7 and .9999 at .8. */
export const bands = 25
const rows = 5
const largest = 0x7fffffff

/** Multiplied and shifted by an order's own numbers, hashes come in an order of its own. */
const multipliers = Int32Array.from({ length: bands * rows }, (_, order) => mix(order, 0x9e3779b1) | 1)
const summands = Int32Array.from({ length: bands * rows }, (_, order) => mix(order, 0x1b873593))

/**
 * The bands of the MinHash signature of a set (Broder 1997; banding: Leskovec, Rajaraman and Ullman, Mining of Massive Datasets, 3.4): for
 * each of 125 orders of all hashes the least that is in the set, five of them put together in each band. Written into `into`.
 */
export function bandsOf(hashes: Int32Array, into: Int32Array): void {
  for (let band = 0; band < bands; band += 1) {
    let joined = band
    for (let order = band * rows; order < (band + 1) * rows; order += 1) {
      joined = mix(joined, leastOf(hashes, multipliers[order] as number, summands[order] as number))
    }
    into[band] = joined
  }
}

function leastOf(hashes: Int32Array, multiplier: number, summand: number): number {
  const { length } = hashes
  let least = largest
  for (let index = 0; index < length; index += 1) {
    least = Math.min(least, (Math.imul(hashes[index] as number, multiplier) + summand) | 0)
  }
  return least
}
