/** Where `hash64` leaves its result: a fresh pair for each of a million texts would cost more than the hash. */
export interface Halves {
  high: number
  low: number
}

/**
 * 64 bits of a text in two halves: its UTF-16 code units multiplied and shifted in, finished as in MurmurHash3 (Appleby, public domain).
 * Good for telling identities apart, not against somebody who looks for collisions. The first half is never 0. It goes on from what
 * stands in `halves`, so that texts can be chained; start with zeros.
 */
export function hash64(text: string, halves: Halves): void {
  const length = text.length
  let high = 0x9747b28c ^ length ^ halves.high
  let low = 0x41c6ce57 ^ length ^ Math.imul(halves.low, 0x9e3779b1)
  // Two code units of 16 bits at a time; the length above tells an odd one from one followed by a zero.
  for (let index = 0; index < length; index += 2) {
    const units = text.charCodeAt(index) | (index + 1 < length ? text.charCodeAt(index + 1) << 16 : 0)
    high = Math.imul(high ^ units, 0x9e3779b1)
    high ^= high >>> 15
    low = Math.imul(low ^ units, 0x5bd1e995)
    low ^= low >>> 13
  }
  halves.high = finish(high) || 1
  halves.low = finish(low)
}

function finish(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return mixed ^ (mixed >>> 16)
}
