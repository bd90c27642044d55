import { hash64 } from './hash64.ts'
import type { Halves } from './hash64.ts'

/** A digest of a set of learnings, whatever the order: the number of members, and the exclusive or of 64 bits of each. */
export class SetDigest {
  #count = 0
  #high = 0
  #low = 0
  readonly #hash: Halves = { high: 0, low: 0 }

  /** A member must be added once. */
  add(id: string, input: string, wanted: string): void {
    const hash = this.#hash
    hash.high = 0
    hash.low = 0
    hash64(id, hash)
    hash64(input, hash)
    hash64(wanted, hash)
    this.#count += 1
    this.#high ^= hash.high
    this.#low ^= hash.low
  }

  get text(): string {
    return [this.#count, this.#high >>> 0, this.#low >>> 0].map((part) => part.toString(16)).join('-')
  }
}
