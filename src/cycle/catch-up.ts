import { GenesisError } from '../errors.ts'
import { countLearnings } from '../learnings/counting.ts'
import { listReleases, readRelease } from '../serving/release-files.ts'
import type { ReleaseRecord } from '../serving/release.ts'
import type { Home } from '../state/home.ts'
import { baseModelName } from '../state/state.ts'
import type { State } from '../state/state.ts'
import { updateState, updateStateLocked } from '../state/store.ts'
import { endOf } from './close.ts'
import { cycleDirectory, listCycles } from './cycle-directory.ts'
import { readJournal } from './journal.ts'
import type { JournalEvent } from './journal.ts'
import type { Workshop } from './parts.ts'
import { releasesBetween, undoneBy } from './rollback.ts'
import { caughtUp } from './state-changes.ts'
import type { Missed } from './state-changes.ts'
import { trainingFinishedAt } from './transitions.ts'

/**
 * Brings a state that is older than the cycles of its home (one from a backup) to where they are, and says so. No cycle may be open.
 * The caller holds the run lock.
 */
export async function catchUp(workshop: Workshop, state: State): Promise<State> {
  const missed = await missedBy(workshop.home, state)
  if (missed.length === 0) return state
  const { waiting } = await countLearnings(workshop.home)
  const after = await updateState(workshop.home, (current) => (current.open_cycle === null ? caughtUp(current, missed, waiting) : current))
  workshop.notice(explanation(missed, after))
  return after
}

/** The same for a caller that holds data/.lock and must not wait for a count: the next check counts. */
export async function catchUpLocked({ home, notice }: Workshop, state: State): Promise<State> {
  const missed = await missedBy(home, state)
  if (missed.length === 0) return state
  const after = await updateStateLocked(home, (current) => caughtUp(current, missed, current.learnings_since_training))
  notice(explanation(missed, after))
  return after
}

/** What happened since the state was written, oldest first: cycles that ended, and rollbacks. */
async function missedBy(home: Home, state: State): Promise<Missed[]> {
  if (state.open_cycle !== null || state.pending_rollback !== null) return []
  const ended = await endedSince(home, state)
  if (ended.length === 0 && !(await isRolledBack(home, state.current_model))) return []
  const releases = await listReleases(home)
  const missed: Missed[] = []
  let current = state.current_model
  const rollbacksUntil = async (time: string | null): Promise<void> => {
    for (;;) {
      const undone = undoneFrom(releases, current)
      const [newest] = undone
      if (newest?.rolledBackAt == null || (time !== null && newest.rolledBackAt > time)) return
      const to = undone.at(-1)?.previous ?? baseModelName
      missed.push({ what: 'rolled back', pending: { from: current, to, at: newest.rolledBackAt }, undone: await undoneBy(home, undone) })
      current = to
    }
  }
  for (const { id, events } of ended) {
    await rollbacksUntil(events[0]?.at ?? null)
    const trainedAt = trainingFinishedAt(events)
    if (trainedAt !== null && id > (state.last_trained_cycle ?? '')) missed.push({ what: 'trained', cycle: id, at: trainedAt })
    const end = endOf(id, events)
    if (end === null) continue
    missed.push({ what: 'closed', cycle: id, ...end })
    current = end.release ?? current
  }
  await rollbacksUntil(null)
  return missed
}

/** Cycles newer than any whose end stands in the state, that have ended. One whose journal can't be read tells nothing. */
async function endedSince(home: Home, state: State): Promise<{ id: string; events: JournalEvent[] }[]> {
  const newest = state.last_closed_cycle ?? state.last_cycle?.id ?? ''
  const ended: { id: string; events: JournalEvent[] }[] = []
  for (const id of (await listCycles(home)).filter((cycle) => cycle > newest)) {
    try {
      const events = await readJournal(cycleDirectory(home, id))
      if (endOf(id, events) !== null) ended.push({ id, events })
    } catch (error) {
      if (!(error instanceof GenesisError) || error.code !== 'GI-JOURNAL-UNREADABLE') throw error
    }
  }
  return ended
}

async function isRolledBack(home: Home, name: string): Promise<boolean> {
  if (name === baseModelName) return false
  const record = await readRelease(home, name)
  return record !== null && isTakenBack(record)
}

const isTakenBack = ({ deployedAt, rolledBackAt }: ReleaseRecord): boolean => rolledBackAt !== null && rolledBackAt >= (deployedAt ?? '')

/** The releases that went when this one was rolled back, newest first: those of one rollback bear one time. */
function undoneFrom(releases: readonly ReleaseRecord[], name: string): ReleaseRecord[] {
  const chain = releasesBetween(releases, name, baseModelName)
  const [newest] = chain
  if (newest === undefined || !isTakenBack(newest)) return []
  const kept = chain.findIndex(({ rolledBackAt }) => rolledBackAt !== newest.rolledBackAt)
  return kept < 0 ? chain : chain.slice(0, kept)
}

function explanation(missed: readonly Missed[], { current_model: current, training_runs: trainings }: State): string {
  const events = missed.flatMap((event) => {
    if (event.what === 'closed') return [`${event.cycle} ended with ${event.closed.outcome}`]
    return event.what === 'rolled back' ? [`${event.pending.from} was rolled back to ${event.pending.to}`] : []
  })
  return (
    `The state file was older than the cycles and releases of this home, as after restoring a backup. It was brought forward: ${events.join('; ')}. ` +
    `The current model is ${current}; trainings: ${trainings}.`
  )
}
