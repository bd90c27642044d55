import { LshIndex } from './lsh-index.ts'
import type { Shingles } from './shingles.ts'

/** For each text the number of the first text of its cluster: near-duplicates, near-duplicates of those, and so on, are one cluster. */
export function clustersOf(texts: readonly Shingles[]): Int32Array {
  const index = new LshIndex(texts.length)
  const parents = Int32Array.from(texts, (_, number) => number)
  for (const [number, text] of texts.entries()) for (const other of index.add(text)) join(parents, number, other)
  return parents.map((_, number) => rootOf(parents, number))
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
