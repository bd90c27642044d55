import { hash64 } from './hash64.ts'
import type { Halves } from './hash64.ts'

/**
 * A set of identities that keeps 64 bits of each (8 bytes, at most half full): a million take 16 MB. Two different identities out of a
 * million share their 64 bits with a probability of 3 in 100 million, and then one is taken for a repetition.
 */
export class IdentitySet {
  /** Two numbers a slot; a slot whose first is 0 is empty. */
  #slots: Int32Array
  #mask: number
  #size = 0
  readonly #hash: Halves = { high: 0, low: 0 }

  constructor(capacity = 1024) {
    const slots = 2 ** Math.ceil(Math.log2(Math.max(capacity, 16) * 2))
    this.#slots = new Int32Array(slots * 2)
    this.#mask = slots - 1
  }

  get size(): number {
    return this.#size
  }

  has(identity: string): boolean {
    if (this.#size === 0) return false
    const { high, low } = this.#hashOf(identity)
    return this.#slots[this.#find(high, low)] !== 0
  }

  /** Adds it and says whether it is new. */
  add(identity: string): boolean {
    const { high, low } = this.#hashOf(identity)
    const place = this.#find(high, low)
    if (this.#slots[place] !== 0) return false
    this.#put(place, high, low)
    this.#size += 1
    if (this.#size * 2 > this.#mask) this.#grow()
    return true
  }

  #hashOf(identity: string): Halves {
    hash64(identity, this.#hash)
    return this.#hash
  }

  /** Where the hash stands, or the empty place where it belongs. */
  #find(high: number, low: number): number {
    const slots = this.#slots
    const mask = this.#mask
    let slot = low & mask
    while (slots[slot * 2] !== 0 && (slots[slot * 2] !== high || slots[slot * 2 + 1] !== low)) slot = (slot + 1) & mask
    return slot * 2
  }

  #put(place: number, high: number, low: number): void {
    this.#slots[place] = high
    this.#slots[place + 1] = low
  }

  #grow(): void {
    const old = this.#slots
    this.#slots = new Int32Array(old.length * 2)
    this.#mask = this.#slots.length / 2 - 1
    for (let place = 0; place < old.length; place += 2) {
      const high = old[place] ?? 0
      const low = old[place + 1] ?? 0
      if (high !== 0) this.#put(this.#find(high, low), high, low)
    }
  }
}
