import { LshIndex } from './lsh-index.ts'
import type { ShinglesFor } from './shingles.ts'

/** Whether a text is a near-duplicate of one of `texts`; they are looked through once, when the first is asked about. */
export function nearTo(texts: readonly string[], shinglesFor: ShinglesFor): (text: string) => boolean {
  let index: LshIndex | undefined
  return (text) => {
    if (!index) {
      index = new LshIndex(texts.length)
      for (const one of texts) index.add(shinglesFor(one))
    }
    return index.find(shinglesFor(text)).length > 0
  }
}
