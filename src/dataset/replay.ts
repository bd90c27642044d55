import type { CorpusEntry } from '../corpora/port.ts'
import type { HeldOutGuard } from './held-out-guard.ts'
import type { ReasonNotToUse } from './quality.ts'
import { isKeptForRetention } from './retention.ts'
import { compareText, drawOf, inputDigest, questionDigest } from './text-key.ts'
import { reasonUnfit } from './validate.ts'

export interface ReplayInput {
  corpus: readonly CorpusEntry[]
  guard: HeldOutGuard
  /** Digests of the inputs of all learnings: what was corrected is not taught the old way. */
  corrected: ReadonlySet<string>
  /** Whether an input is a near-duplicate of a learning's: likewise. */
  isNearCorrected: (input: string) => boolean
  reasonNotToUse: ReasonNotToUse
  /** Entries wanted. */
  count: number
  /** Further entries wanted, that are not to be trained on. */
  spare?: number
  seed: number
}

export interface Replay {
  entries: CorpusEntry[]
  /** What would have been drawn next. */
  spare: CorpusEntry[]
  /** Why entries are not among the first; the sum with `entries` is the corpus. */
  excluded: Record<string, number>
}

/** Draws corpus entries by a seeded digest of their input: independent of their order, and nearly the same when the corpus grows. */
export function drawReplay({
  corpus,
  guard,
  corrected,
  isNearCorrected,
  reasonNotToUse,
  count,
  spare: spareCount = 0,
  seed,
}: ReplayInput): Replay {
  const excluded: Record<string, number> = {}
  const exclude = (reason: string): void => {
    excluded[reason] = (excluded[reason] ?? 0) + 1
  }
  const seen = new Set<string>()
  const drawable: { entry: CorpusEntry; draw: number; question: string }[] = []
  for (const entry of corpus) {
    const question = questionDigest(entry.context ?? [], entry.input)
    const reason = reasonNotToReplay(entry, question)
    if (reason === undefined) drawable.push({ entry, question, draw: drawOf(`replay ${seed}`, question) })
    else exclude(reason)
    seen.add(question)
  }
  drawable.sort((left, right) => left.draw - right.draw || compareText(left.question, right.question))
  const entries: CorpusEntry[] = []
  const spare: CorpusEntry[] = []
  for (const { entry } of drawable) {
    // Only what would be drawn is looked at: a corpus is often many times larger than what is replayed of it.
    if (entries.length >= count && spare.length >= spareCount) exclude('not drawn')
    else {
      const { context = [], input, output: answer } = entry
      const reason = isNearCorrected(input) ? 'is a near-duplicate of a learning' : reasonNotToUse({ context, input, answer })
      if (reason !== undefined) exclude(reason)
      else if (entries.length < count) entries.push(entry)
      else {
        spare.push(entry)
        exclude('is kept for choosing the scale')
      }
    }
  }
  return { entries, spare, excluded }

  function reasonNotToReplay({ input, output, context = [] }: CorpusEntry, question: string): string | undefined {
    if (seen.has(question)) return 'is a duplicate'
    const unfit = reasonUnfit([input, output])
    if (unfit !== undefined) return unfit
    const digest = context.length === 0 ? question : inputDigest(input)
    if (corrected.has(digest)) return 'was corrected by a learning'
    const heldOut = guard.reasonFor({ context, input, digest })
    if (heldOut !== undefined) return heldOut.reason
    if (isKeptForRetention(digest)) return 'is kept for retention'
    return undefined
  }
}
