import { existsSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { GenesisError } from '../errors.ts'
import { writeFileAtomic } from '../state/files.ts'
import { readState, updateState } from '../state/store.ts'
import { closeCycle } from './close.ts'
import { cycleDirectory, readManifest } from './cycle-directory.ts'
import { readJournal } from './journal.ts'
import type { Workshop } from './parts.ts'
import { reconcile } from './reconcile.ts'
import { cancelRequest, underRunLock } from './run-lock.ts'

export interface Cancelled {
  id: string
  /** False when a step is at work: it was asked to stop and closes the cycle within seconds. */
  closed: boolean
}

/**
 * Ends the open cycle as CANCELLED. A step at work is asked to stop.
 * @throws GenesisError GI-NO-OPEN-CYCLE, GI-CYCLE-UNKNOWN
 */
export async function cancelCycle(workshop: Workshop, requested: string | undefined): Promise<Cancelled> {
  const { home } = workshop
  const { state } = await readState(home)
  const id = requested ?? state.open_cycle
  if (id === null) throw new GenesisError('GI-NO-OPEN-CYCLE')
  if (state.open_cycle !== id) throw new GenesisError('GI-NO-OPEN-CYCLE', { what: `${id} is not open.` })
  if (await isDamaged(workshop, id)) return await setAside(workshop, id)
  await writeFileAtomic(cancelRequest(home, id), '')
  try {
    await underRunLock(workshop, async (locked) => await closeIfCancelled({ ...locked, signal: workshop.signal }))
    return { id, closed: true }
  } catch (error) {
    if (error instanceof GenesisError && error.code === 'GI-LOCKED') return { id, closed: false }
    throw error
  }
}

async function isDamaged({ home }: Workshop, id: string): Promise<boolean> {
  try {
    await readManifest(home, id)
    await readJournal(cycleDirectory(home, id))
    return false
  } catch (error) {
    if (error instanceof GenesisError) return true
    throw error
  }
}

/** A cycle whose records can't be read is moved out of the way, hidden but kept; its learnings were never touched. */
async function setAside(workshop: Workshop, id: string): Promise<Cancelled> {
  const { home } = workshop
  await underRunLock(workshop, async () => {
    const damaged = cycleDirectory(home, id)
    if (existsSync(damaged)) await rename(damaged, path.join(home.cycles, `.damaged-${id}`))
    await updateState(home, (state) => ({ ...state, open_cycle: null }))
  })
  return { id, closed: true }
}

/** Closes the open cycle if its cancellation was asked for; says whether it did. The caller holds the run lock. */
export async function closeIfCancelled(workshop: Workshop): Promise<string | null> {
  const { home } = workshop
  const { open_cycle: id } = await reconcile(workshop)
  if (id === null || !existsSync(cancelRequest(home, id))) return null
  await closeCycle(workshop, id, 'CANCELLED', ['cancelled by hand'])
  await rm(cancelRequest(home, id), { force: true })
  return id
}
