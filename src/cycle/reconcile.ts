import { readState, updateState } from '../state/store.ts'
import type { State } from '../state/state.ts'
import { unknownOpenCycle } from './adopt.ts'
import { catchUp } from './catch-up.ts'
import { recordClosed } from './close.ts'
import { cycleDirectory } from './cycle-directory.ts'
import { readJournal } from './journal.ts'
import type { Workshop } from './parts.ts'
import { finishRollback } from './rollback.ts'
import { cycleOpened, trainingFinished } from './state-changes.ts'
import { cycleStatus, trainingFinishedAt } from './transitions.ts'

/**
 * Mends what a crash left between a journal and the state: an open cycle the state does not know, a closed one it thinks open,
 * a training it did not count, a rollback cut short; and a state from a backup, which knows nothing of what happened since.
 * The caller holds the run lock.
 */
export async function reconcile(workshop: Workshop): Promise<State> {
  const { home } = workshop
  let { state } = await readState(home)
  if (state.pending_rollback !== null) {
    await finishRollback(workshop)
    state = (await readState(home)).state
  }
  state = await reconcileOpen(workshop, state)
  if (state.open_cycle !== null) return state
  state = await adoptNewest(workshop, await catchUp(workshop, state))
  return await reconcileOpen(workshop, state)
}

async function reconcileOpen(workshop: Workshop, state: State): Promise<State> {
  const { home } = workshop
  const id = state.open_cycle
  if (id === null) return state
  const events = await readJournal(cycleDirectory(home, id))
  const trainedAt = trainingFinishedAt(events)
  let after = state
  if (trainedAt !== null && state.last_trained_cycle !== id)
    after = await updateState(home, (current) => trainingFinished(current, id, trainedAt))
  if (cycleStatus(events).status !== 'closed') return after
  await recordClosed(workshop, id)
  return (await readState(home)).state
}

/** A cycle whose opening did not reach the state is taken up. */
async function adoptNewest(workshop: Workshop, state: State): Promise<State> {
  const { home } = workshop
  const unknown = await unknownOpenCycle(home, state, (text) => workshop.notice(text))
  if (unknown === null) return state
  const { id, openedAt } = unknown
  return await updateState(home, (current) => (current.open_cycle === null ? cycleOpened(current, id, openedAt) : current))
}
