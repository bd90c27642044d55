import { mix } from './mix.ts'
import type { Shingles } from './shingles.ts'
import { nearDuplicate, partitionsOf, similarity } from './similarity.ts'

/**
 * Finds every near-duplicate of a text among some: for held-out items, where a miss would be a leak. Exact by the prefix filter of
 * set-similarity joins (Chaudhuri, Ganti and Kaushik 2006): sets of Jaccard index t share one of the rarest n - ceil(t n) + 1 members of each.
 */
export class ExactIndex {
  readonly #frequencies = new Map<number, number>()
  readonly #postings = new Map<number, number[]>()

  constructor(private readonly texts: readonly Shingles[]) {
    for (const { hashes } of texts) for (const hash of hashes) this.#frequencies.set(hash, (this.#frequencies.get(hash) ?? 0) + 1)
    for (const [number, text] of texts.entries()) {
      for (const key of this.#keysOf(text)) {
        const posting = this.#postings.get(key)
        if (posting) posting.push(number)
        else this.#postings.set(key, [number])
      }
    }
  }

  /** The number of the text that is nearest, the first of equals; undefined when none is a near-duplicate. */
  nearest(text: Shingles): number | undefined {
    let best: { number: number; similarity: number } | undefined
    const looked = new Set<number>()
    for (const key of this.#keysOf(text)) {
      for (const number of this.#postings.get(key) ?? []) {
        if (looked.has(number)) continue
        looked.add(number)
        const found = similarity(text, this.texts[number] as Shingles)
        if (found < nearDuplicate || found < (best?.similarity ?? 0)) continue
        if (found === best?.similarity && number > best.number) continue
        best = { number, similarity: found }
      }
    }
    return best?.number
  }

  /** The rarest shingles, for each partition of the text. Those that no text here has are the rarest of all, and need not be looked for. */
  #keysOf(text: Shingles): number[] {
    const { hashes } = text
    const ranked = new Float64Array(hashes.length)
    let known = 0
    for (const hash of hashes) {
      const frequency = this.#frequencies.get(hash)
      if (frequency === undefined) continue
      ranked[known] = frequency * 2 ** 32 + (hash >>> 0)
      known += 1
    }
    // A little less than t n, against its rounding.
    const prefix = hashes.length - Math.ceil(nearDuplicate * hashes.length - 1e-9) + 1
    const length = Math.min(known, prefix - (hashes.length - known))
    if (length <= 0) return []
    const rarest = Int32Array.from(ranked.subarray(0, known).sort().subarray(0, length), (rank) => rank % 2 ** 32)
    return partitionsOf(text).flatMap((partition) => Array.from(rarest, (hash) => mix(hash, partition)))
  }
}
