import type { EvaluationItem } from '../evaluation/item.ts'
import { heldOutReason } from './pin.ts'
import type { HeldOutGuard } from './held-out-guard.ts'
import type { Redaction } from './redaction.ts'
import { inputDigest } from './text-key.ts'

/**
 * The guard, which compares questions also as they are written: two spellings of one private value have one placeholder, so that questions which
 * differ only in it become the same.
 */
export function alsoAsWritten(
  guard: HeldOutGuard,
  items: readonly Pick<EvaluationItem, 'id' | 'input'>[],
  redaction: Redaction,
): HeldOutGuard {
  const written = new Map(
    items.flatMap(({ id, input }) => {
      const text = redaction.text(input)
      return text === input ? [] : [[inputDigest(text), id] as const]
    }),
  )
  if (written.size === 0) return guard
  return {
    ...guard,
    reasonFor: (conversation) => {
      const close = guard.reasonFor(conversation)
      const item = close ?? written.get(inputDigest(redaction.text(conversation.input)))
      return typeof item === 'string' ? { reason: heldOutReason, item } : item
    },
  }
}
