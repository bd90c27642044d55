import { groupBy } from './group-by.ts'
import { clustersOf } from './near-duplicates/clusters.ts'
import type { ShinglesFor } from './near-duplicates/shingles.ts'
import type { PinnedItem } from './pinned-item.ts'

/**
 * Says of near-duplicates among the items to which cluster they belong, so that the gate can count them as one: `cluster` is the id of its first
 * item. Items that stand alone have none. Expects the items ascending by id.
 */
export function withClusters(items: readonly PinnedItem[], shinglesFor: ShinglesFor): PinnedItem[] {
  const roots = clustersOf(items.map(({ input }) => shinglesFor(input)))
  const sizes = groupBy(roots, String)
  return items.map((item, index) => {
    const root = roots[index] ?? index
    const first = items[root]
    return first && (sizes.get(String(root))?.length ?? 0) > 1 ? { ...item, cluster: first.id } : item
  })
}
