import assert from 'node:assert/strict'
import { availableParallelism } from 'node:os'

/** One fault at one point. */
export interface Trial {
  /** What is done where, for the message when it is not survived. */
  at: string
  /** Does it, lets the program go on, and asserts that all is well. False when the fault found nothing to strike. */
  undergo: () => Promise<boolean>
}

interface Row {
  kind: string
  tried: number
  survived: number
}

const table: Row[] = []
const jobs = Number(process.env['GENESIS_FAULTS_JOBS'] ?? availableParallelism())

/** Undergoes the trials, as many at a time as there are processors; all must be survived. */
export async function survives(kind: string, trials: readonly Trial[], atOnce = jobs): Promise<void> {
  const row = { kind, tried: 0, survived: 0 }
  table.push(row)
  const failures: string[] = []
  const waiting = [...trials]
  const work = async (): Promise<void> => {
    for (let trial = waiting.shift(); trial !== undefined; trial = waiting.shift()) {
      try {
        if (!(await trial.undergo())) continue
        row.survived += 1
      } catch (error) {
        failures.push(`${trial.at}: ${error instanceof Error ? error.message : String(error)}`)
      }
      row.tried += 1
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  assert.deepEqual(failures, [], `${failures.length} of ${row.tried} were not survived`)
  assert.ok(row.tried > 0, 'nothing was struck')
}

/** What was tried so far, as a table for people. */
export function campaignTable(): string {
  const width = Math.max(...table.map(({ kind }) => kind.length))
  const line = (kind: string, tried: string | number, survived: string | number): string =>
    `  ${kind.padEnd(width)} ${String(tried).padStart(7)} ${String(survived).padStart(9)}`
  return [line('fault', 'tried', 'survived'), ...table.map(({ kind, tried, survived }) => line(kind, tried, survived))].join('\n')
}
