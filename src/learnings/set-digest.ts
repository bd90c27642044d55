import { hash32, hash64 } from './hash64.ts'
import type { Halves } from './hash64.ts'

/** A digest of a set of learnings, whatever the order: the number of members, and the exclusive or of 64 bits of each. */
export class SetDigest {
  #count = 0
  #high = 0
  #low = 0
  readonly #hash: Halves = { high: 0, low: 0 }

  /** A member must be added once. Of the input its length stands for it: the question under an id hardly changes, the answer does. */
  add(id: string, input: string, wanted: string): void {
    const hash = this.#hash
    hash64(id, hash)
    // Multiplied by the id's bits, so that texts that change places between members are seen.
    this.#count += 1
    this.#high ^= Math.imul(hash32(wanted) ^ input.length, hash.low | 1)
    this.#low ^= hash.low ^ hash.high
  }

  get text(): string {
    return [this.#count, this.#high >>> 0, this.#low >>> 0].map((part) => part.toString(16)).join('-')
  }
}
