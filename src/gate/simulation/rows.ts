import type { PairedScore } from '../judgement.ts'
import type { Changes } from './draw.ts'
import type { Setting } from './setting.ts'

/** The rows that the gate is to judge: those that changed, and all others with the same score of both models. */
export function rowsOf(changes: Changes, { sizes, rowsPerItem, clustersMarked }: Setting): PairedScore[] {
  const rows: PairedScore[] = []
  for (const stratum of ['gate', 'retention'] as const) {
    for (let item = 0; item < sizes[stratum]; item += 1) {
      const differences = changes[stratum][item]
      for (let row = 0; row < rowsPerItem; row += 1) {
        const difference = differences?.[row] ?? 0
        const baseline = difference < 0 ? 1 : 0
        const cluster = rowsPerItem > 1 && clustersMarked ? String(item) : undefined
        rows.push({ id: String(rows.length), stratum, category: 'general', cluster, baseline, candidate: baseline + difference })
      }
    }
  }
  return rows
}
