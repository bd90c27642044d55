import type { Neighbours } from './neighbours.ts'

/** For each of `keys` the first one of its cluster: near-duplicates, near-duplicates of those, and so on, are one cluster. */
export function clustersOf(keys: readonly string[], pairs: Neighbours['pairs']): Map<string, string> {
  const numbers = new Map(keys.map((key, number) => [key, number]))
  const parents = Int32Array.from(keys, (_, number) => number)
  for (const [left, right] of pairs) {
    const [one, other] = [numbers.get(left), numbers.get(right)]
    if (one !== undefined && other !== undefined) join(parents, one, other)
  }
  return new Map(keys.map((key, number) => [key, keys[rootOf(parents, number)] ?? key]))
}

function join(parents: Int32Array, one: number, other: number): void {
  const [left, right] = [rootOf(parents, one), rootOf(parents, other)]
  parents[Math.max(left, right)] = Math.min(left, right)
}

/** Union-find with halved paths (Tarjan and van Leeuwen 1984). */
function rootOf(parents: Int32Array, number: number): number {
  let at = number
  for (let parent = parents[at] ?? at; parent !== at; parent = parents[at] ?? at) {
    const above = parents[parent] ?? parent
    parents[at] = above
    at = above
  }
  return at
}
