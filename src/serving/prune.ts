import type { ReleaseRecord } from './release.ts'

type Pruned = Pick<ReleaseRecord, 'name' | 'deployedAt' | 'rolledBackAt' | 'previous'>

/**
 * Whose weights are to be freed: all but those of the served one, of the one a rollback would go back to, and of the newest `keep`
 * releases. Candidates that were never deployed and releases that were rolled back don't count as releases here. May name some
 * whose weights are gone already.
 */
export function releasesToPrune(releases: readonly Pruned[], served: string | null, keep: number): string[] {
  const inProductionOnce = releases.flatMap(({ name, deployedAt, rolledBackAt }) =>
    deployedAt !== null && (rolledBackAt === null || rolledBackAt < deployedAt) ? [{ name, deployedAt }] : [],
  )
  const newest = inProductionOnce.sort((left, right) => (left.deployedAt < right.deployedAt ? 1 : -1)).slice(0, keep)
  const previous = releases.find(({ name }) => name === served)?.previous
  const kept = new Set([served, previous, ...newest.map(({ name }) => name)])
  return releases.map(({ name }) => name).filter((name) => !kept.has(name))
}
