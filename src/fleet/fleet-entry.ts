import type { Status } from '../cycle/status.ts'
import type { GenesisError } from '../errors.ts'

/** One home of a fleet in a few words. */
export interface FleetEntry {
  name: string
  path: string
  /** null where the home can't be read, as are the others. */
  model: string | null
  state: 'idle' | 'due' | 'running' | 'waiting' | 'retrying' | 'blocked' | 'damaged'
  waiting_learnings: number | null
  /** How the last cycle ended; null before the first. */
  last_outcome: string | null
  /** What is wrong or waited for, and what to do; null where there is nothing to say. */
  note: string | null
  error_code: string | null
}

type Place = Pick<FleetEntry, 'name' | 'path'>

/** A home whose status could be read. What blocks it counts when there is something to do. */
export function entryOf(place: Place, status: Status): FleetEntry {
  const { cycle, blockers, should_trigger: isDue, last_verdict: last, notice } = status
  const [blocker] = blockers
  const state = cycle !== null ? cycle.status : blocker !== undefined ? 'blocked' : isDue ? 'due' : 'idle'
  const hold = cycle?.error ?? cycle?.waiting_for?.explanation
  const note = hold ?? (blocker === undefined ? notice : `${blocker.what} ${blocker.remedy}`)
  return {
    ...place,
    model: status.current_model,
    state,
    waiting_learnings: status.learnings_since_training,
    last_outcome: last?.outcome ?? null,
    note,
    error_code: cycle === null ? (blocker?.code ?? null) : null,
  }
}

/** A home that can't be read, with the reason. */
export function damagedEntry(place: Place, { code, what, why, remedy }: GenesisError): FleetEntry {
  const note = `${what}${why === undefined ? '' : ` (${why.replaceAll('\n', '; ')})`} ${remedy}`
  return { ...place, model: null, state: 'damaged', waiting_learnings: null, last_outcome: null, note, error_code: code }
}
