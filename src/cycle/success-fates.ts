import type { PinnedItem } from '../dataset/pinned-item.ts'
import type { Fate } from '../learnings/fates.ts'
import type { Learning } from '../learnings/learning.ts'

/** Successes are collected like the rest, so they get a fate as well: without one, those that bear no time would count for the next release. */
export function successFates(successes: readonly Pick<Learning, 'id'>[], items: readonly Pick<PinnedItem, 'learningIds'>[]): Fate[] {
  const heldOut = new Set(items.flatMap(({ learningIds }) => learningIds))
  return successes.map(({ id }) =>
    heldOut.has(id) ? { id, fate: 'held-out' } : { id, fate: 'excluded', reason: 'is a success, so there is nothing to learn from it' },
  )
}
