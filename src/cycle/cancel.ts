import { existsSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import type { Config } from '../config/schema.ts'
import { GenesisError } from '../errors.ts'
import { readTextIfPresent, writeFileAtomic } from '../state/files.ts'
import { readState, updateState } from '../state/store.ts'
import { closeCycle } from './close.ts'
import { cycleDirectory, damagedDirectory, readManifest } from './cycle-directory.ts'
import { readJournal } from './journal.ts'
import type { Workshop } from './parts.ts'
import { reconcile } from './reconcile.ts'
import { cancelRequest, underRunLock } from './run-lock.ts'
import { takeBackRelease } from './take-back.ts'

export interface Cancelled {
  id: string
  /** False when a step is at work: it was asked to stop and closes the cycle within seconds. */
  closed: boolean
  /** Set when its records can't be read, so that it was set aside. */
  damaged: SetAside | null
}

export interface SetAside {
  /** Where its directory is kept, for people to look at; null when there was none. */
  keptAs: string | null
  /** The model that is in production again, since the cycle had switched to its own release already; null otherwise. */
  servedAgain: string | null
}

/**
 * Ends the open cycle as CANCELLED. A step at work is asked to stop. One whose records can't be read is set aside, even when it ended long ago;
 * `config` serves for its own.
 * @throws GenesisError GI-NO-OPEN-CYCLE, GI-CYCLE-UNKNOWN
 */
export async function cancelCycle(
  workshop: Workshop,
  config: Config,
  requested: string | undefined,
  reason = 'cancelled by hand',
): Promise<Cancelled> {
  const { home } = workshop
  const { state } = await readState(home)
  const id = requested ?? state.open_cycle
  if (id === null) throw new GenesisError('GI-NO-OPEN-CYCLE')
  const isOpen = state.open_cycle === id
  if (!isOpen && !existsSync(cycleDirectory(home, id))) throw new GenesisError('GI-NO-OPEN-CYCLE', { what: `${id} is not open.` })
  if (await isDamaged(workshop, id)) return { id, closed: true, damaged: await setAside(workshop, config, id) }
  if (!isOpen) throw new GenesisError('GI-NO-OPEN-CYCLE', { what: `${id} is not open.` })
  await writeFileAtomic(cancelRequest(home, id), reason)
  try {
    await underRunLock(workshop, async (locked) => await closeIfCancelled({ ...locked, signal: workshop.signal }))
    return { id, closed: true, damaged: null }
  } catch (error) {
    if (error instanceof GenesisError && error.code === 'GI-LOCKED') return { id, closed: false, damaged: null }
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

/**
 * A cycle whose records can't be read is moved out of the way, hidden but kept. An open one may have come as far as the switch: then production
 * goes back to what the state says. May be repeated after a crash.
 */
async function setAside(workshop: Workshop, config: Config, id: string): Promise<SetAside> {
  const { home } = workshop
  return await underRunLock(workshop, async (locked) => {
    const { current_model: current, open_cycle: open } = (await readState(home)).state
    const wasServed = open === id && (await takeBackRelease(locked, await configOf(workshop, id, config), id, current))
    const directory = cycleDirectory(home, id)
    const kept = damagedDirectory(home, id)
    if (existsSync(directory)) await rename(directory, kept)
    await updateState(home, (state) => (state.open_cycle === id ? { ...state, open_cycle: null } : state))
    return { keptAs: existsSync(kept) ? kept : null, servedAgain: wasServed ? current : null }
  })
}

/** The configuration that the cycle ran with, as long as that can be read. */
async function configOf({ home }: Workshop, id: string, otherwise: Config): Promise<Config> {
  try {
    return (await readManifest(home, id)).config
  } catch (error) {
    if (error instanceof GenesisError) return otherwise
    throw error
  }
}

/** Closes the open cycle if its cancellation was asked for; says whether it did. The caller holds the run lock. */
export async function closeIfCancelled(workshop: Workshop): Promise<string | null> {
  const { home } = workshop
  const { open_cycle: id } = await reconcile(workshop)
  if (id === null || !existsSync(cancelRequest(home, id))) return null
  const reason = (await readTextIfPresent(cancelRequest(home, id))) ?? ''
  await closeCycle(workshop, id, 'CANCELLED', [reason === '' ? 'cancelled by hand' : reason])
  await rm(cancelRequest(home, id), { force: true })
  return id
}
