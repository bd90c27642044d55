/** What a share is counted of: the name it counts for, null when the learning names nobody. */
export interface Contribution {
  author: string | null
}

export interface Limited<Row> {
  kept: Row[]
  /** What is left over, and for how many there is room, by name. */
  surplus: Row[]
}

/**
 * Leaves no author more than `share` of what is kept; of each the first ones stay. Only where two or more authors are named; what names nobody
 * counts as one more. With fewer authors than the share has room for, each may have an equal part, as no other division would keep anything.
 */
export function limitShares<Row extends Contribution>(rows: readonly Row[], share: number | undefined): Limited<Row> {
  const counts = new Map<string | null, number>()
  for (const { author } of rows) counts.set(author, (counts.get(author) ?? 0) + 1)
  const named = counts.size - (counts.has(null) ? 1 : 0)
  if (share === undefined || named < 2) return { kept: [...rows], surplus: [] }
  const most = mostOfEach([...counts.values()], Math.max(share, 1 / counts.size))
  const taken = new Map<string | null, number>()
  const limited: Limited<Row> = { kept: [], surplus: [] }
  for (const row of rows) {
    const before = taken.get(row.author) ?? 0
    if (before < most) taken.set(row.author, before + 1)
    limited[before < most ? 'kept' : 'surplus'].push(row)
  }
  return limited
}

/** Greatest number for which min(count, number) is at most `share` of the sum of all of these. */
function mostOfEach(counts: readonly number[], share: number): number {
  const sumUpTo = (most: number): number => counts.reduce((sum, count) => sum + Math.min(count, most), 0)
  // A third of three is one, whatever the binary fraction makes of it.
  const roomIn = (total: number): number => Math.floor(share * total + 1e-9)
  let most = roomIn(sumUpTo(Infinity))
  while (roomIn(sumUpTo(most)) < most) most = roomIn(sumUpTo(most))
  return most
}

/** Why what is left over is not trained on this time; it completes "each ...". */
export const overShareReason = (author: string | null, share: number): string =>
  `waits, since more than ${Math.round(100 * share)}% would come from ${nameOf(author)}`

const longestName = 40

/** A name as it is shown. */
export function nameOf(author: string | null): string {
  if (author === null) return 'learnings that name no author'
  const plain = author.replaceAll(/\p{Cc}/gu, ' ')
  return `"${plain.length > longestName ? `${plain.slice(0, longestName - 1)}…` : plain}"`
}
