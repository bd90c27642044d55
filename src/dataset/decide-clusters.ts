import type { HoldoutDecision } from './decision.ts'
import { groupBy } from './group-by.ts'
import { quotaOf, takeInProportion } from './hold-out-rate.ts'
import type { Unit } from './hold-out-unit.ts'
import { clustersOf } from './near-duplicates/clusters.ts'
import type { Neighbours } from './near-duplicates/neighbours.ts'
import { compareText } from './text-key.ts'

export interface ClusterInput {
  /** Units that nothing has been decided about. */
  fresh: readonly Unit[]
  /** Units that were decided to be trained on, with the decision. */
  trained: ReadonlyMap<Unit, HoldoutDecision>
  /** The user's own gate items suffice: nothing is drawn. */
  enough: boolean
  /** Failures under the release in production that the rate was applied to before, and how many of them are held out. */
  seen: number
  held: number
  /** Near-duplicates among the inputs, by their digests. */
  near: Neighbours['pairs']
}

/** On which side a unit stands, and what its decision says beside that. */
export type Side = Pick<HoldoutDecision, 'cluster' | 'why'> & { decision: 'pinned' | 'training' }

/**
 * Near-duplicates stand on one side of the hold-out: those of what was trained on before join it; the others are drawn as one, for which the
 * unit with the lowest digest stands. A cluster counts as one failure.
 */
export function decideClusters({ fresh, trained, enough, seen, held, near }: ClusterInput): Map<Unit, Side> {
  const units = [...fresh, ...trained.keys()].sort((left, right) => compareText(left.digest, right.digest))
  const clusterOf = clustersOf(
    units.map(({ digest }) => digest),
    near,
  )
  const clusters = [...groupBy(units, ({ digest }) => clusterOf.get(digest) ?? digest).values()].filter((members) =>
    members.some((unit) => !trained.has(unit)),
  )
  const drawable = clusters.flatMap((members) => {
    const standsFor = members.some((unit) => trained.has(unit)) ? undefined : members.find(({ candidate }) => candidate !== undefined)
    return standsFor ? [{ digest: standsFor.digest, category: standsFor.category, members }] : []
  })
  const drawn = enough ? new Set() : takeInProportion(drawable, quotaOf(drawable.length, seen, held))
  const sides = new Map<Unit, Side>()
  const place = (members: readonly Unit[], side: Side): void => {
    for (const unit of members) if (!trained.has(unit)) sides.set(unit, side)
  }
  for (const members of clusters) place(members, sideOfTraining(members, trained))
  for (const choice of drawable) {
    const side: Side = drawn.has(choice)
      ? { decision: 'pinned' }
      : { decision: 'training', ...(enough && { why: 'user-gate-suffices' as const }) }
    place(choice.members, choice.members.length > 1 ? { ...side, cluster: choice.digest } : side)
  }
  return sides
}

/** Beside what was trained on before, or without an answer that could be an item. */
function sideOfTraining(members: readonly Unit[], trained: ReadonlyMap<Unit, HoldoutDecision>): Side {
  const [before] = members.flatMap((unit) => trained.get(unit) ?? [])
  if (before === undefined) return { decision: 'training', why: 'answer-too-long' }
  return { decision: 'training', cluster: before.cluster ?? before.digest, ...(before.why && { why: before.why }) }
}
