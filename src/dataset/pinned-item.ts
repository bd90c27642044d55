import { z } from 'zod'
import { EvaluationItem } from '../evaluation/item.ts'
import type { Stratum } from '../evaluation/item.ts'

/** A held-out item: never trained on as long as it stands in the pinned file. */
export const PinnedItem = EvaluationItem.extend({
  /** Where it came from. `learning` and `user-gate` failed in the field; the others were answered right. */
  origin: z.enum(['learning', 'user-gate', 'success', 'user-retention', 'corpus', 'builtin']),
  /** The release in production when it was first seen ("genesis-base" at first). */
  release: z.string(),
  /** The learnings it was made from; empty for items of other origins. */
  learningIds: z.array(z.string()).default([]),
  /** The cycle that pinned it. */
  cycle: z.string(),
  /** Id of the first item of its cluster of near-duplicates, which the gate counts as one. Made anew by each cycle; none for an item by itself. */
  cluster: z.string().optional(),
})
export type PinnedItem = z.infer<typeof PinnedItem>

/** The stratum follows from what happened in the field under which release, never from running a model again (design, section 5.1). */
export function stratumOf(item: Pick<PinnedItem, 'origin' | 'release'>, currentRelease: string): Stratum {
  if (item.origin !== 'learning' && item.origin !== 'user-gate') return 'retention'
  return item.release === currentRelease ? 'gate' : 'regression'
}

/** Whether one of these learnings is among those that an item was made from. */
export const isMadeOf = ({ learningIds }: Pick<PinnedItem, 'learningIds'>, learnings: { has(id: string): boolean }): boolean =>
  learningIds.some((id) => learnings.has(id))
