import { LshIndex } from './lsh-index.ts'
import type { ShinglesFor } from './shingles.ts'

/** Near-duplicates among some texts, found in one go; and of others among them. */
export interface Neighbours {
  /** Keys of texts that are near-duplicates of each other. */
  pairs: (readonly [string, string])[]
  /** Whether a text is a near-duplicate of one of them. */
  isNear: (text: string) => boolean
}

/** `texts`: by a key each, in an order that does not depend on the order they came in. */
export function neighboursAmong(texts: ReadonlyMap<string, string>, shinglesFor: ShinglesFor): Neighbours {
  const index = new LshIndex(texts.size)
  const keys = [...texts.keys()]
  const pairs = [...texts].flatMap(([key, text]) => index.add(shinglesFor(text)).map((other) => [key, keys[other] ?? key] as const))
  return { pairs, isNear: (text) => index.find(shinglesFor(text)).length > 0 }
}
