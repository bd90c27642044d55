import { z } from 'zod'
import type { EvaluationItem } from '../evaluation/item.ts'
import { PinnedItem } from './pinned-item.ts'
import { questionDigest } from './text-key.ts'

/** One line of data/retired.jsonl: a pinned item that is never judged again, kept for ever. */
export const RetiredItem = PinnedItem.extend({ retiredAt: z.string(), reason: z.string() })
export type RetiredItem = z.infer<typeof RetiredItem>

type Question = Pick<EvaluationItem, 'context' | 'input'>

/** Says of any item, pinned or offered, whether its question was retired. */
export function retirementOf(retired: readonly RetiredItem[]): (item: Question) => boolean {
  const questions = new Set(retired.map(({ context, input }) => questionDigest(context, input)))
  return ({ context, input }) => questions.size > 0 && questions.has(questionDigest(context, input))
}
