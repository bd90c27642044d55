import { ExactIndex } from './near-duplicates/exact-index.ts'
import { rememberShingles } from './near-duplicates/shingles.ts'

/** An item as it is asked, with its cluster of near-duplicates. */
export interface AskedItem {
  id: string
  input: string
  cluster?: string | undefined
}

export interface AttemptUnits {
  /** For each earlier attempt what it judged, in units. */
  judged: string[][]
  /** What is to be judged now, in units. */
  present: string[]
}

/**
 * Puts in the place of item ids what they count as: an item that is a near-duplicate of one that an earlier attempt judged counts as that one, and
 * the items of one cluster as one. `judged`: ids by attempt, oldest first. `inputs`: what judged items asked, as far as it is known.
 */
export function attemptUnits(
  judged: readonly (readonly string[])[],
  items: readonly AskedItem[],
  inputs: ReadonlyMap<string, string>,
): AttemptUnits {
  const asked = new Map([...inputs, ...items.map(({ id, input }) => [id, input] as const)])
  const shinglesFor = rememberShingles()
  const unitOf = new Map<string, string>()
  const place = (ids: readonly string[]): string[] => {
    const known = [...unitOf].flatMap(([id, unit]) => (asked.has(id) ? [{ unit, shingles: shinglesFor(asked.get(id) ?? '') }] : []))
    const index = new ExactIndex(known.map(({ shingles }) => shingles))
    for (const id of ids.filter((one) => !unitOf.has(one))) {
      const input = asked.get(id)
      const near = input === undefined ? undefined : known[index.nearest(shinglesFor(input)) ?? -1]
      unitOf.set(id, near?.unit ?? id)
    }
    return ids.map((id) => unitOf.get(id) ?? id)
  }
  const before = judged.map(place)
  const seen = new Set(before.flat())
  const now = place(items.map(({ id }) => id))
  return { judged: before, present: joinClusters(items, now, seen) }
}

/** A cluster counts as judged when one of its items does. */
function joinClusters(items: readonly AskedItem[], units: readonly string[], judged: ReadonlySet<string>): string[] {
  const unitOfCluster = new Map<string, string>()
  for (const [index, { cluster }] of items.entries()) {
    const unit = units[index] ?? ''
    if (cluster !== undefined && (judged.has(unit) || !unitOfCluster.has(cluster))) unitOfCluster.set(cluster, unit)
  }
  return items.map(({ cluster }, index) => (cluster === undefined ? undefined : unitOfCluster.get(cluster)) ?? units[index] ?? '')
}
