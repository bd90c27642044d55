/** Where `hash64` leaves its result: a fresh pair for each of a million texts would cost more than the hash. */
export interface Halves {
  high: number
  low: number
}

/**
 * 64 bits of a text in two halves: its UTF-16 code units multiplied and shifted in, finished as in MurmurHash3 (Appleby, public domain).
 * Good for telling identities apart, not against somebody who looks for collisions. The first half is never 0.
 */
export function hash64(text: string, halves: Halves): void {
  const length = text.length
  let high = 0x9747b28c ^ length
  let low = 0x41c6ce57 ^ length
  // The length above tells an odd number of code units from one with a zero at its end.
  for (let index = 0; index < length; index += 2) {
    const units = unitsAt(text, index, length)
    high = Math.imul(high ^ units, 0x9e3779b1)
    high ^= high >>> 15
    low = Math.imul(low ^ units, 0x5bd1e995)
    low ^= low >>> 13
  }
  halves.high = finish(high) || 1
  halves.low = finish(low)
}

/**
 * 32 bits of a text, in half the steps of `hash64`: each half of the bits takes every other pair of code units. Enough to see that
 * a text was changed.
 */
export function hash32(text: string): number {
  const length = text.length
  let one = 0x165667b1 ^ length
  let other = 0x27d4eb2f
  for (let index = 0; index < length; index += 4) {
    one = Math.imul(one ^ unitsAt(text, index, length), 0x9e3779b1)
    one ^= one >>> 15
    other = Math.imul(other ^ unitsAt(text, index + 2, length), 0x5bd1e995)
    other ^= other >>> 13
  }
  return finish(Math.imul(one, 0x85ebca6b) ^ finish(other))
}

/** Two code units of 16 bits, with zeros after the end. */
function unitsAt(text: string, index: number, length: number): number {
  if (index + 1 < length) return text.charCodeAt(index) | (text.charCodeAt(index + 1) << 16)
  return index < length ? text.charCodeAt(index) : 0
}

function finish(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return mixed ^ (mixed >>> 16)
}
