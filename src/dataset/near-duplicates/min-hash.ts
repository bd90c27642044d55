import { mix } from './mix.ts'

/** 25 bands of 5 rows: two sets of Jaccard index s share a band with the chance 1 - (1 - s^5)^25, .990 at .7 and .9999 at .8. */
export const bands = 25
const rows = 5
const largest = 0x7fffffff

/** Multiplied and shifted by an order's own numbers, hashes come in an order of its own. */
const multipliers = Array.from({ length: bands }, (_, band) => ofBand(band, (order) => mix(order, 0x9e3779b1) | 1))
const summands = Array.from({ length: bands }, (_, band) => ofBand(band, (order) => mix(order, 0x1b873593)))

/**
 * The bands of the MinHash signature of a set (Broder 1997; banding: Leskovec, Rajaraman and Ullman, Mining of Massive Datasets, 3.4): for
 * each of 125 orders of all hashes the least that is in the set, five of them put together in each band. Written into `into`.
 */
export function bandsOf(hashes: Int32Array, into: Int32Array): void {
  for (let band = 0; band < bands; band += 1) into[band] = bandOf(hashes, band)
}

/** The five orders of a band in one pass: as many independent chains as a processor works on at once. */
function bandOf(hashes: Int32Array, band: number): number {
  const { 0: a, 1: b, 2: c, 3: d, 4: e } = multipliers[band] as Five
  const { 0: f, 1: g, 2: h, 3: i, 4: j } = summands[band] as Five
  let [one, two, three, four, five] = [largest, largest, largest, largest, largest]
  for (let index = 0; index < hashes.length; index += 1) {
    const hash = hashes[index] as number
    one = Math.min(one, (Math.imul(hash, a) + f) | 0)
    two = Math.min(two, (Math.imul(hash, b) + g) | 0)
    three = Math.min(three, (Math.imul(hash, c) + h) | 0)
    four = Math.min(four, (Math.imul(hash, d) + i) | 0)
    five = Math.min(five, (Math.imul(hash, e) + j) | 0)
  }
  return mix(mix(mix(mix(mix(band, one), two), three), four), five)
}

type Five = readonly [number, number, number, number, number]

function ofBand(band: number, numberOf: (order: number) => number): Five {
  const first = band * rows
  return [numberOf(first), numberOf(first + 1), numberOf(first + 2), numberOf(first + 3), numberOf(first + 4)]
}
