import { grade, isTextGrader } from '../evaluation/graders.ts'
import type { EvaluationItem, Grader } from '../evaluation/item.ts'
import type { ChatMessage } from '../learnings/learning.ts'
import { groupBy } from './group-by.ts'
import { ExactIndex } from './near-duplicates/exact-index.ts'
import { shinglesOf } from './near-duplicates/shingles.ts'
import type { ShinglesFor } from './near-duplicates/shingles.ts'
import { heldOutReason } from './pin.ts'
import { inputDigest } from './text-key.ts'

export const answersHeldOutReason = 'answers a held-out item in an earlier turn'
export const nearHeldOutReason = 'is a near-duplicate of a held-out item'

interface Conversation {
  context: readonly ChatMessage[]
  input: string
  /** Of the normalised input, which every caller has at hand. */
  digest: string
}

/**
 * The one place that says whether a conversation is too close to a held-out item to be trained on; learnings and corpus both pass it: the same
 * normalised input or a near-duplicate of it, whatever came before it, or earlier turns that ask it and answer it right, since all answers of a
 * conversation are learned.
 */
export interface HeldOutGuard {
  /** Why it must not be trained on, for its fate, and which item it is too close to. */
  reasonFor(conversation: Conversation): { reason: string; item: string } | undefined
  /** The id of the item that the input is a near-duplicate of. */
  nearest(input: string): string | undefined
}

type HeldOutItem = Pick<EvaluationItem, 'id' | 'input' | 'expected' | 'grader'>

export function guardHeldOut(items: readonly HeldOutItem[], shinglesFor: ShinglesFor = shinglesOf): HeldOutGuard {
  const heldOut = groupBy(items, ({ input }) => inputDigest(input))
  const index = new ExactIndex(items.map(({ input }) => shinglesFor(input)))
  const found = new Map<string, HeldOutItem | undefined>()
  const nearest = (input: string): HeldOutItem | undefined => {
    if (!found.has(input)) found.set(input, items[index.nearest(shinglesFor(input)) ?? -1])
    return found.get(input)
  }
  const answered = ({ question, answer }: Exchange): HeldOutItem | undefined => {
    const near = nearest(question)
    return [...(heldOut.get(inputDigest(question)) ?? []), ...(near ? [near] : [])].find(({ grader, expected }) =>
      mayBeRight(grader, expected, answer),
    )
  }
  return {
    nearest: (input) => nearest(input)?.id,
    reasonFor: ({ context, input, digest }) => {
      const [same] = heldOut.get(digest) ?? []
      if (same) return { reason: heldOutReason, item: same.id }
      const near = nearest(input)
      if (near) return { reason: nearHeldOutReason, item: near.id }
      const [told] = exchangesIn(context).flatMap((exchange) => answered(exchange) ?? [])
      return told && { reason: answersHeldOutReason, item: told.id }
    },
  }
}

/** What only a validator or a program can judge counts as right: nothing of it is to be learned. */
function mayBeRight(grader: Grader, expected: string, answer: string): boolean {
  return !isTextGrader(grader) || grade(grader, expected, answer) === 1
}

interface Exchange {
  question: string
  answer: string
}

/** Questions of the user that are followed by an answer. */
export function exchangesIn(context: readonly ChatMessage[]): Exchange[] {
  return context.flatMap(({ role, content }, index) => {
    const next = context[index + 1]
    return role === 'user' && next?.role === 'assistant' ? [{ question: content, answer: next.content }] : []
  })
}
