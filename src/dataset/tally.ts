import type { HoldoutDecision } from './decision.ts'
import type { PinnedItem } from './pinned-item.ts'
import { inputDigest } from './text-key.ts'

/** Failures under the release in production that the rate was applied to, and how many of them are held out; a cluster is one. */
export function tally(
  { items, release }: { items: readonly PinnedItem[]; release: string },
  standing: ReadonlyMap<string, HoldoutDecision>,
): { seen: number; held: number } {
  const clusterOf = (digest: string): string => standing.get(digest)?.cluster ?? digest
  const drawn = [...standing.values()].filter((row) => row.release === release && row.why === undefined)
  const held = new Set(drawn.filter((row) => row.decision === 'pinned').map((row) => clusterOf(row.digest)))
  const trained = new Set(drawn.map((row) => clusterOf(row.digest)).filter((cluster) => !held.has(cluster)))
  for (const item of items) if (item.origin === 'learning' && item.release === release) held.add(clusterOf(inputDigest(item.input)))
  return { seen: held.size + trained.size, held: held.size }
}
