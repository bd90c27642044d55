/** One line of the benchmark table: what was measured beside its goal. */
export interface BenchRow {
  what: string
  goal: string
  /** In words, with the unit; says so when it could not be measured. */
  measured: string
  met: boolean
}
