import { hash32, hash64 } from './hash64.ts'
import type { Halves } from './hash64.ts'
import type { Learning } from './learning.ts'

type Member = Pick<Learning, 'id' | 'input' | 'context' | 'wanted'>

/** An odd constant of MurmurHash3 (Appleby, public domain). */
const mixer = 0xcc9e2d51

/** A digest of a set of learnings, whatever the order: the number of members, and the exclusive or of 64 bits of each. */
export class SetDigest {
  #count = 0
  #high = 0
  #low = 0
  readonly #hash: Halves = { high: 0, low: 0 }

  /** A member must be added once. All its texts count: what was asked, the turns before it, and the wanted answer. */
  add({ id, input, context, wanted }: Member): void {
    const hash = this.#hash
    hash64(id, hash)
    // Each text is multiplied in before the next, so that texts that change places within a member are seen.
    let texts = Math.imul(hash32(wanted ?? ''), mixer) ^ hash32(input ?? '')
    for (const { role, content } of context) texts = Math.imul(Math.imul(texts, mixer) ^ hash32(role), mixer) ^ hash32(content)
    // Multiplied by the id's bits, so that texts that change places between members are seen.
    this.#count += 1
    this.#high ^= Math.imul(texts, hash.low | 1)
    this.#low ^= hash.low ^ hash.high
  }

  get text(): string {
    return [this.#count, this.#high >>> 0, this.#low >>> 0].map((part) => part.toString(16)).join('-')
  }
}
