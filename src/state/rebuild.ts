import { baseModelName, defaultState } from './state.ts'
import type { Backoff, LastCycle, State } from './state.ts'

/** What a release's record says of the past. */
export interface ReleaseSummary {
  name: string
  cycle: string
  createdAt: string
  deployedAt: string | null
  rolledBackAt: string | null
  improvementScore: number | null
}

export type ClosedCycle = Omit<LastCycle, 'id'> & { backoff: Backoff | null }

/** What a cycle's journal says of the past. */
export interface CycleSummary {
  id: string
  openedAt: string
  /** When its training finished; null when it didn't. */
  trainedAt: string | null
  closed: ClosedCycle | null
}

/**
 * The state as it follows from the releases and journals. The count of learnings and the time of the last check are not in them:
 * the next check sets both.
 */
export function rebuildState(releases: readonly ReleaseSummary[], cycles: readonly CycleSummary[]): State {
  const current = newest(
    releases.filter((release) => release.deployedAt !== null && !isRolledBack(release)),
    (release) => release.deployedAt,
  )
  // A release whose journal is gone was trained all the same.
  const trainings = new Map(releases.map((release) => [release.cycle, release.createdAt]))
  for (const cycle of cycles) if (cycle.trainedAt !== null) trainings.set(cycle.id, cycle.trainedAt)
  const open = newest(
    cycles.filter((cycle) => cycle.closed === null),
    (cycle) => cycle.openedAt,
  )
  const trainedLast = newest([...trainings], ([, at]) => at)
  const { lastCycle, backoff } = lastClosed(releases, cycles)
  return {
    ...defaultState,
    last_training_time: trainedLast?.[1] ?? null,
    last_trained_cycle: trainedLast?.[0] ?? null,
    current_model: current?.name ?? baseModelName,
    training_runs: trainings.size,
    improvement_score: current?.improvementScore ?? 0,
    first_check_time: earliest([...cycles.map((cycle) => cycle.openedAt), ...releases.map((release) => release.createdAt)]),
    open_cycle: open?.id ?? null,
    last_cycle: lastCycle,
    last_closed_cycle: newestClosed(cycles),
    backoff,
  }
}

function lastClosed(
  releases: readonly ReleaseSummary[],
  cycles: readonly CycleSummary[],
): { lastCycle: LastCycle | null; backoff: Backoff | null } {
  const cycle = newest(cycles, (candidate) => candidate.closed?.at ?? null)
  if (cycle?.closed == null) return { lastCycle: null, backoff: null }
  const { backoff, ...closed } = cycle.closed
  const takenBack = releases.find((release) => release.cycle === cycle.id && isRolledBack(release))
  if (takenBack?.rolledBackAt == null) return { lastCycle: { id: cycle.id, ...closed }, backoff }
  return { lastCycle: { id: cycle.id, ...closed, outcome: 'ROLLED_BACK', at: takenBack.rolledBackAt }, backoff }
}

function newestClosed(cycles: readonly CycleSummary[]): string | null {
  const ids = cycles.filter(({ closed }) => closed !== null).map(({ id }) => id)
  return ids.sort().at(-1) ?? null
}

function isRolledBack(release: ReleaseSummary): boolean {
  return release.rolledBackAt !== null && release.rolledBackAt >= (release.deployedAt ?? '')
}

/** Times are all UTC in the same form, so that their texts compare as they do. */
function newest<Item>(items: readonly Item[], timeOf: (item: Item) => string | null): Item | undefined {
  let found: Item | undefined
  for (const item of items) {
    const time = timeOf(item)
    if (time !== null && (found === undefined || time >= (timeOf(found) ?? ''))) found = item
  }
  return found
}

function earliest(times: readonly string[]): string | null {
  return [...times].sort()[0] ?? null
}
