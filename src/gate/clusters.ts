import type { Stratum } from '../evaluation/item.ts'
import type { PairedScore } from './judgement.ts'

/** What says which rows are near-duplicates of each other: those of one stratum that name the same cluster. */
export interface Clustered {
  stratum: Stratum
  /** Absent for a row that has no near-duplicate. */
  cluster?: string | undefined
}

/** The rows of each cluster together, in the order of their first rows; a row without a cluster stands alone. */
export function clustersOf<Row extends Clustered>(rows: readonly Row[]): Row[][] {
  const byName = new Map<string, Row[]>()
  const clusters: Row[][] = []
  for (const row of rows) {
    const name = row.cluster === undefined ? undefined : `${row.stratum} ${row.cluster}`
    const others = name === undefined ? undefined : byName.get(name)
    if (others !== undefined) {
      others.push(row)
      continue
    }
    const cluster = [row]
    clusters.push(cluster)
    if (name !== undefined) byName.set(name, cluster)
  }
  return clusters
}

/**
 * The rows with each cluster as one row that has the mean scores of its rows (design, section 5.1): ten near-duplicates say hardly more
 * than one of them, so they must not count as ten. What else the first row says stands for its cluster.
 */
export function clustersAsOne(scores: readonly PairedScore[]): PairedScore[] {
  if (scores.every(({ cluster }) => cluster === undefined)) return [...scores]
  return clustersOf(scores).flatMap((rows) => {
    const [first] = rows
    if (first === undefined || rows.length === 1) return rows
    return { ...first, baseline: mean(rows.map(({ baseline }) => baseline)), candidate: mean(rows.map(({ candidate }) => candidate)) }
  })
}

/** Sorted first, so that the same values in another order give the same mean to the last digit. */
export function mean(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b).reduce((sum, value) => sum + value, 0) / values.length
}
