import { GenesisError } from '../errors.ts'
import { guardHeldOut } from './held-out-guard.ts'
import type { PinnedItem } from './pinned-item.ts'
import { requireApart } from './require-apart.ts'
import type { TrainingRow } from './rows.ts'
import { inputDigest } from './text-key.ts'

/**
 * Looks at the rows as the trainer gets them, and at the items as both models are asked: by the ids of learnings, by the question, and by near-duplicates.
 * Texts with placeholders are more alike than those that they stand for, which `prepare` compared; of them the question itself counts.
 * @throws GenesisError GI-HELD-OUT-LEAK naming the row; `what` says what that means
 */
export function requireUntrained(rows: readonly TrainingRow[], items: readonly PinnedItem[], what = notJudged): void {
  const heldOut = new Set(items.flatMap(({ learningIds }) => learningIds))
  const asked = new Map(items.map(({ id, input }) => [inputDigest(input), id]))
  for (const { id, source, messages } of rows) {
    if (source === 'learning' && heldOut.has(id))
      throw new GenesisError('GI-HELD-OUT-LEAK', { what, why: `the learning ${id} is held out, and was trained on` })
    const same = asked.get(inputDigest(messages.at(-2)?.content ?? ''))
    if (same !== undefined) throw new GenesisError('GI-HELD-OUT-LEAK', { what, why: `the ${source} ${id} is a held-out item: ${same}` })
  }
  const plain = rows.filter(({ messages }) => !messages.some(({ content }) => hasPlaceholder(content)))
  requireApart(plain, guardHeldOut(items.filter(({ input, expected }) => !hasPlaceholder(input) && !hasPlaceholder(expected))))
}

const notJudged = 'The candidate was trained on something that it is to be judged by, so it is not judged.'

const hasPlaceholder = (text: string): boolean => /<[\w-]+-\d+>/.test(text)
