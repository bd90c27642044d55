import { bands, bandsOf } from './min-hash.ts'
import { mix } from './mix.ts'
import type { Shingles } from './shingles.ts'
import { areNear, partitionsOf } from './similarity.ts'

/**
 * Texts looked at in one bucket at most: where thousands share a bucket they are alike, and so meet in others too. Keeps the cost linear; what
 * is missed is an economy of training, never a leak, since held-out items have an exact search of their own.
 */
const longestWalk = 16
const none = -1
/**
 * Bands that two texts must share to be compared. At a Jaccard index of .8 they share two with the chance .9993 and at .7 with .94, at .45, where most
 * pairs of a narrow field are, with .08 instead of the .37 of a single one.
 */
const bandsToShare = 2
/** More than two partitions have. */
const bandsCounted = 64

/** Finds near-duplicates among many texts by MinHash and locality-sensitive hashing; each one found is verified by its true Jaccard index. */
export class LshIndex {
  readonly #texts: Shingles[] = []
  /** The entry added last in each bucket. Buckets that fall together are only longer: what is found is verified. */
  readonly #newest: Int32Array
  /** For each entry the number of its text and, beside it, the entry before it in its bucket: one look into far memory and not two. */
  readonly #chain: Int32Array
  /** For each text the visit that met it last, times 64, and in how many bands it did. */
  readonly #met: Float64Array
  /** Of the text at hand: its bands, the bucket of each, the entries to look at next, and the texts to compare it with. */
  readonly #bands = new Int32Array(bands)
  readonly #buckets = new Int32Array(bands)
  readonly #ahead = new Int32Array(bands)
  readonly #candidates = new Int32Array(bands * longestWalk)
  #entries = 0
  #visits = 0

  /** @param texts how many will be added at most */
  constructor(texts: number) {
    const entries = Math.max(2, texts * bands * 2)
    this.#newest = new Int32Array(2 ** Math.ceil(Math.log2(entries / 2))).fill(none)
    this.#chain = new Int32Array(entries * 2)
    this.#met = new Float64Array(texts)
  }

  /** The numbers (0, 1, ... in the order added) of near-duplicates among what was added. */
  find(text: Shingles): number[] {
    return this.#visit(text)
  }

  /** Finds, and adds; for texts that are compared with each other. */
  add(text: Shingles): number[] {
    const number = this.#texts.length
    const found = this.#visit(text, number)
    this.#texts.push(text)
    return found
  }

  /** Puts the text into its buckets as well, under `number`, if there is one. */
  #visit(text: Shingles, number?: number): number[] {
    const found: number[] = []
    this.#visits += 1
    bandsOf(text.hashes, this.#bands)
    for (const partition of partitionsOf(text)) {
      for (let band = 0; band < bands; band += 1) this.#buckets[band] = mix(this.#bands[band] ?? 0, partition) & (this.#newest.length - 1)
      const met = this.#walk()
      for (let candidate = 0; candidate < met; candidate += 1) {
        const other = this.#candidates[candidate] as number
        if (areNear(text, this.#texts[other] as Shingles)) found.push(other)
      }
      if (number !== undefined) this.#enter(number)
    }
    return found
  }

  /** Gathers the texts that share bands with the one at hand. All buckets take one step at a time, so that the waits for far memory fall together. */
  #walk(): number {
    const [chain, met, ahead, candidates] = [this.#chain, this.#met, this.#ahead, this.#candidates]
    const visit = this.#visits * bandsCounted
    let gathered = 0
    let walking = 0
    for (let band = 0; band < bands; band += 1) {
      const newest = this.#newest[this.#buckets[band] as number] as number
      if (newest !== none) ahead[walking++] = newest
    }
    for (let step = 0; step < longestWalk && walking > 0; step += 1) {
      let left = 0
      for (let index = 0; index < walking; index += 1) {
        const entry = ahead[index] as number
        const other = chain[entry * 2] as number
        const before = chain[entry * 2 + 1] as number
        if (before !== none) ahead[left++] = before
        // It may already stand in a bucket that it comes to again.
        if (other === this.#texts.length) continue
        const shared = Math.max(met[other] as number, visit) + 1
        met[other] = shared
        if (shared === visit + bandsToShare) candidates[gathered++] = other
      }
      walking = left
    }
    return gathered
  }

  /** Puts the text at hand into its buckets. */
  #enter(number: number): void {
    for (const bucket of this.#buckets) {
      this.#chain[this.#entries * 2] = number
      this.#chain[this.#entries * 2 + 1] = this.#newest[bucket] ?? none
      this.#newest[bucket] = this.#entries
      this.#entries += 1
    }
  }
}
