import { longestExpected } from '../evaluation/graders.ts'
import type { Fate } from '../learnings/fates.ts'
import type { Example } from './curate.ts'
import type { GradedBy } from './graded-by.ts'
import type { PinnedItem } from './pinned-item.ts'
import { isSameAnswer, questionDigest } from './text-key.ts'

export const heldOutReason = 'is a held-out item'
export const tooLongReason = 'is held out, but its answer is too long for an item'

/** Nobody compares a book with a book. */
export const canBeAnswer = (wanted: string): boolean => wanted.length <= longestExpected

/** When and under which release something is pinned. */
export interface Occasion {
  release: string
  cycle: string
}

export function pinExample(example: Example, { release, cycle }: Occasion, gradedBy: GradedBy): PinnedItem {
  const { input, context, category, wanted: expected, learningIds } = example
  const id = `learning:${example.question.slice(0, 16)}`
  const grader = gradedBy({ category, expected })
  return { id, input, context, expected, grader, category, origin: 'learning', release, learningIds, cycle }
}

/** What becomes of the pinned items of one input, and of the learnings about it. */
export interface Renewal {
  items: PinnedItem[]
  /** Ids of items whose expected answer changed. */
  replaced: string[]
  fates: Fate[]
}

/**
 * A newer correction replaces the item's expected answer. An item that was answered right until now (accepted, corpus, packaged) becomes one that
 * failed in the field. An item whose newest answer is too long goes, since its old one is known to be wrong; its input stays held out.
 */
export function renewItems(items: readonly PinnedItem[], examples: readonly Example[], occasion: Occasion, gradedBy: GradedBy): Renewal {
  const renewal: Renewal = { items: [], replaced: [], fates: [] }
  const left = new Map(examples.map((example) => [example.question, example]))
  for (const item of items) {
    const question = questionDigest(item.context, item.input)
    const example = left.get(question)
    left.delete(question)
    if (example && !canBeAnswer(example.wanted)) {
      renewal.fates.push({ id: example.id, fate: 'excluded', reason: tooLongReason })
      continue
    }
    const renewed = example ? renewItem(item, example, occasion, gradedBy) : item
    renewal.items.push(renewed)
    if (!isSameAnswer(item.expected, renewed.expected)) renewal.replaced.push(renewed.id)
    if (example) renewal.fates.push({ id: example.id, fate: 'held-out' })
  }
  for (const { id } of left.values()) renewal.fates.push({ id, fate: 'excluded', reason: heldOutReason })
  return renewal
}

function renewItem(item: PinnedItem, example: Example, occasion: Occasion, gradedBy: GradedBy): PinnedItem {
  if (item.origin !== 'learning') return pinExample(example, occasion, gradedBy)
  const newest = item.learningIds.at(-1)
  // The learning that gave the present answer is gone from the learnings; an older one does not bring its answer back.
  if (newest === example.id || item.learningIds.includes(example.id)) return item
  const expected = example.wanted
  const grader = gradedBy({ category: item.category, expected })
  return { ...item, expected, grader, learningIds: [...new Set([...item.learningIds, ...example.learningIds])] }
}
