import { z } from 'zod'
import { EvaluationItem } from '../evaluation/item.ts'
import type { GradedBy } from './graded-by.ts'
import type { HeldOutGuard } from './held-out-guard.ts'
import { canBeAnswer } from './pin.ts'
import type { TrainingRow } from './rows.ts'
import { inputDigest } from './text-key.ts'

/**
 * A question that is neither trained on nor pinned: checkpoint and LoRA scale are chosen by these, so that what is chosen has never seen what it is
 * judged by. `correction` came from a learning, `retention` from the corpus or the packaged set.
 */
export const ValidationItem = EvaluationItem.extend({ kind: z.enum(['correction', 'retention']) })
export type ValidationItem = z.infer<typeof ValidationItem>

/** Where `prepare` leaves them, a line each. */
export const validationFile = 'validation-items.jsonl'

/** Retention items to choose by; more would tell scales apart better and take longer. */
export const validationRetention = 200
const validationCorrections = 20
const largestShare = 0.2

/** Share of the learnings that is set aside when something is to be chosen by them: enough for about 20, but never more than a fifth. */
export const shareForChoosing = (learnings: number, validationShare: number): number =>
  Math.max(validationShare, Math.min(largestShare, validationCorrections / Math.max(1, learnings)))

/** Items from rows as they are written; rows whose answer is too long to be compared are left out. `categories`: by id, as items have it. */
export function validationItems(
  rows: readonly TrainingRow[],
  categories: ReadonlyMap<string, string>,
  gradedBy: GradedBy,
): ValidationItem[] {
  return rows.flatMap(({ id, source, messages }) => {
    const [question, answer] = messages.slice(-2)
    if (question === undefined || answer === undefined || !canBeAnswer(answer.content)) return []
    const { content: input } = question
    const { content: expected } = answer
    const itemId = itemIdOf(source, id)
    const category = categories.get(itemId) ?? 'general'
    const kind = source === 'learning' ? ('correction' as const) : ('retention' as const)
    return [{ id: itemId, kind, input, context: messages.slice(0, -2), expected, grader: gradedBy({ category, expected }), category }]
  })
}

/** Learnings and corpus entries may have the same id. */
export const itemIdOf = (source: TrainingRow['source'], id: string): string => `${source}:${id}`

export interface PackagedQuestion {
  guard: HeldOutGuard
  isNearLearning: (input: string) => boolean
  /** Trained on, or set aside already. */
  rows: readonly TrainingRow[]
  wanted: number
}

/** Packaged items that neither are nor resemble anything held out or corrected, for homes whose corpus has too few left. */
export function packagedValidation(builtin: readonly EvaluationItem[], question: PackagedQuestion): ValidationItem[] {
  const { guard, isNearLearning, rows, wanted } = question
  if (wanted <= 0) return []
  const taken = new Set(rows.map(({ messages }) => inputDigest(messages.at(-2)?.content ?? '')))
  const isFree = ({ context, input }: EvaluationItem): boolean => {
    const digest = inputDigest(input)
    return !taken.has(digest) && guard.reasonFor({ context, input, digest }) === undefined && !isNearLearning(input)
  }
  return builtin
    .filter(isFree)
    .slice(0, wanted)
    .map((item) => ({ ...item, kind: 'retention' }))
}

/** As the rows that they came from, for everything that looks at rows. */
export const rowOfItem = ({ id, kind, context, input, expected }: ValidationItem): TrainingRow => ({
  id: id.replace(/^(learning|corpus):/, ''),
  source: kind === 'correction' ? 'learning' : 'corpus',
  messages: [...context, { role: 'user', content: input }, { role: 'assistant', content: expected }],
})
