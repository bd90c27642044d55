import { readState, updateState } from '../state/store.ts'
import type { State } from '../state/state.ts'
import { unknownOpenCycle } from './adopt.ts'
import { recordClosed } from './close.ts'
import { cycleDirectory } from './cycle-directory.ts'
import { readJournal } from './journal.ts'
import type { Workshop } from './parts.ts'
import { finishRollback } from './rollback.ts'
import { cycleOpened, trainingFinished } from './state-changes.ts'
import { cycleStatus, trainingFinishedAt } from './transitions.ts'

/**
 * Mends what a crash left between a journal and the state: an open cycle the state does not know, a closed one it thinks open,
 * a training it did not count, a rollback cut short. The caller holds the run lock.
 */
export async function reconcile(workshop: Workshop): Promise<State> {
  const { home } = workshop
  let { state } = await readState(home)
  if (state.pending_rollback !== null) {
    await finishRollback(workshop)
    state = (await readState(home)).state
  }
  if (state.open_cycle === null) state = await adoptNewest(workshop, state)
  const id = state.open_cycle
  if (id === null) return state
  const events = await readJournal(cycleDirectory(home, id))
  const trainedAt = trainingFinishedAt(events)
  if (trainedAt !== null && state.last_trained_cycle !== id)
    state = await updateState(home, (current) => trainingFinished(current, id, trainedAt))
  if (cycleStatus(events).status === 'closed') {
    await recordClosed(workshop, id)
    state = (await readState(home)).state
  }
  return state
}

/** A cycle whose opening did not reach the state is taken up. */
async function adoptNewest(workshop: Workshop, state: State): Promise<State> {
  const { home } = workshop
  const unknown = await unknownOpenCycle(home, state, (text) => workshop.notice(text))
  if (unknown === null) return state
  const { id, openedAt } = unknown
  return await updateState(home, (current) => (current.open_cycle === null ? cycleOpened(current, id, openedAt) : current))
}
