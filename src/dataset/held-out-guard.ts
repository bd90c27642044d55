import { inputDigest } from './text-key.ts'

/**
 * The one place that says whether a text is too close to a held-out item to be trained on; learnings and corpus both pass it. Today: the same
 * normalised input.
 */
export interface HeldOutGuard {
  /** `digest`: of the normalised input, which every caller has at hand. */
  isHeldOut(text: { input: string; digest: string }): boolean
}

export function guardHeldOut(inputs: Iterable<string>): HeldOutGuard {
  const digests = new Set<string>()
  for (const input of inputs) digests.add(inputDigest(input))
  return { isHeldOut: ({ digest }) => digests.has(digest) }
}
