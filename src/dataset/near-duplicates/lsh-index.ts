import { bands, bandsOf } from './min-hash.ts'
import { mix } from './mix.ts'
import type { Shingles } from './shingles.ts'
import { nearDuplicate, partitionsOf, similarity } from './similarity.ts'

/**
 * Texts looked at in one bucket at most: where thousands share a bucket they are alike, and so meet in others too. Keeps the cost linear; what
 * is missed is an economy of training, never a leak, since held-out items have an exact search of their own.
 */
const longestWalk = 64
const none = -1

/** Finds near-duplicates among many texts by MinHash and locality-sensitive hashing; each one found is verified by its true Jaccard index. */
export class LshIndex {
  readonly #texts: Shingles[] = []
  /** The entry added last in each bucket. Buckets that fall together are only longer: what is found is verified. */
  readonly #newest: Int32Array
  /** For each entry the number of its text, and the entry before it in its bucket. */
  readonly #texted: Int32Array
  readonly #before: Int32Array
  /** For each text the visit that looked at it last. */
  readonly #looked: Int32Array
  readonly #bands = new Int32Array(bands)
  #entries = 0
  #visits = 0

  /** @param texts how many will be added at most */
  constructor(texts: number) {
    const entries = Math.max(1, texts * bands * 2)
    this.#newest = new Int32Array(2 ** Math.ceil(Math.log2(entries))).fill(none)
    this.#texted = new Int32Array(entries)
    this.#before = new Int32Array(entries)
    this.#looked = new Int32Array(texts)
  }

  /** The numbers (0, 1, ... in the order added) of near-duplicates among what was added. */
  find(text: Shingles): number[] {
    return this.#visit(text, () => undefined)
  }

  /** Finds, and adds; for texts that are compared with each other. */
  add(text: Shingles): number[] {
    const number = this.#texts.length
    const found = this.#visit(text, (bucket) => {
      this.#texted[this.#entries] = number
      this.#before[this.#entries] = this.#newest[bucket] ?? none
      this.#newest[bucket] = this.#entries
      this.#entries += 1
    })
    this.#texts.push(text)
    return found
  }

  #visit(text: Shingles, enter: (bucket: number) => void): number[] {
    const found: number[] = []
    this.#visits += 1
    // It may already stand in a bucket that it comes to again.
    this.#looked[this.#texts.length] = this.#visits
    bandsOf(text.hashes, this.#bands)
    for (const partition of partitionsOf(text)) {
      for (let band = 0; band < bands; band += 1) {
        const bucket = mix(this.#bands[band] ?? 0, partition) & (this.#newest.length - 1)
        this.#walk(bucket, text, found)
        enter(bucket)
      }
    }
    return found
  }

  #walk(bucket: number, text: Shingles, found: number[]): void {
    let entry = this.#newest[bucket] ?? none
    for (let step = 0; step < longestWalk && entry !== none; step += 1) {
      const other = this.#texted[entry] ?? 0
      entry = this.#before[entry] ?? none
      if (this.#looked[other] === this.#visits) continue
      this.#looked[other] = this.#visits
      if (similarity(text, this.#texts[other] as Shingles) >= nearDuplicate) found.push(other)
    }
  }
}
