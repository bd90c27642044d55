import { grade, isTextGrader } from '../evaluation/graders.ts'
import type { EvaluationItem, Grader } from '../evaluation/item.ts'
import type { ChatMessage } from '../learnings/learning.ts'
import { groupBy } from './group-by.ts'
import { heldOutReason } from './pin.ts'
import { inputDigest } from './text-key.ts'

export const answersHeldOutReason = 'answers a held-out item in an earlier turn'

/**
 * The one place that says whether a conversation is too close to a held-out item to be trained on; learnings and corpus both pass it. Today: the
 * same normalised input, whatever came before it, or earlier turns that ask it and answer it right, since all answers of a conversation are learned.
 */
export interface HeldOutGuard {
  /** Why it must not be trained on, for its fate. `digest`: of the normalised input, which every caller has at hand. */
  reasonFor(conversation: { context: readonly ChatMessage[]; digest: string }): string | undefined
}

export function guardHeldOut(items: Iterable<Pick<EvaluationItem, 'input' | 'expected' | 'grader'>>): HeldOutGuard {
  const heldOut = groupBy(items, ({ input }) => inputDigest(input))
  const isAnswered = ({ question, answer }: Exchange): boolean =>
    heldOut.get(inputDigest(question))?.some(({ grader, expected }) => mayBeRight(grader, expected, answer)) === true
  return {
    reasonFor: ({ context, digest }) => {
      if (heldOut.has(digest)) return heldOutReason
      return exchangesIn(context).some(isAnswered) ? answersHeldOutReason : undefined
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
