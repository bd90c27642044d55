import { groupBy } from './group-by.ts'
import { clustersOf } from './near-duplicates/clusters.ts'
import { neighboursAmong } from './near-duplicates/neighbours.ts'
import type { ShinglesFor } from './near-duplicates/shingles.ts'
import type { PinnedItem } from './pinned-item.ts'

/**
 * Says of near-duplicates among the items to which cluster they belong, so that the gate can count them as one: `cluster` is the id of its first
 * item. Items that stand alone have none. Expects the items ascending by id.
 */
export function withClusters(items: readonly PinnedItem[], shinglesFor: ShinglesFor): PinnedItem[] {
  const ids = items.map(({ id }) => id)
  const { pairs } = neighboursAmong(new Map(items.map(({ id, input }) => [id, input])), shinglesFor)
  const clusters = clustersOf(ids, pairs)
  const sizes = groupBy(clusters.values(), (cluster) => cluster)
  return items.map((item) => {
    const cluster = clusters.get(item.id) ?? item.id
    return (sizes.get(cluster)?.length ?? 0) > 1 ? { ...item, cluster } : item
  })
}
