import { z } from 'zod'
import { unusableReasons } from './usability.ts'
import type { UnusableReason } from './usability.ts'

const examplesKept = 3

export const UnusableEntries = z.object({
  count: z.int(),
  /** Most frequent first. `examples` say where, such as "genesis_learnings.jsonl line 17". */
  reasons: z.array(z.object({ code: z.string(), text: z.string(), count: z.int(), examples: z.array(z.string()) })),
})
export type UnusableEntries = z.infer<typeof UnusableEntries>

export const ReadingNotes = z.object({
  /** Entries whose identity an earlier entry has. */
  repeated: z.int(),
  /** Learnings with a time that is still to come; they count all the same. */
  inFuture: z.int(),
  /** Learnings with a time that could not be read; they count as without one. */
  unreadableTime: z.int(),
})
export type ReadingNotes = z.infer<typeof ReadingNotes>

/** What is to be said about the entries that were read: those that can't be used by reason, and smaller remarks. */
export class ReadingReport {
  readonly notes: ReadingNotes = { repeated: 0, inFuture: 0, unreadableTime: 0 }
  /** Learnings that were forgotten: they count nowhere else. */
  forgotten = 0
  readonly #reasons = new Map<UnusableReason, { count: number; examples: string[] }>()

  addUnusable(reason: UnusableReason, place: () => string): void {
    const known = this.#reasons.get(reason) ?? { count: 0, examples: [] }
    known.count += 1
    if (known.examples.length < examplesKept) known.examples.push(place())
    this.#reasons.set(reason, known)
  }

  get unusable(): UnusableEntries {
    const reasons = [...this.#reasons]
      .map(([code, { count, examples }]) => ({ code, text: unusableReasons[code], count, examples: [...examples] }))
      .sort((one, other) => other.count - one.count || (one.code < other.code ? -1 : 1))
    return { count: reasons.reduce((sum, { count }) => sum + count, 0), reasons }
  }
}
