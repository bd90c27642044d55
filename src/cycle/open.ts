import { readdir, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { randomBytes } from 'node:crypto'
import { Config } from '../config/schema.ts'
import { withLock } from '../state/lock.ts'
import { discard, makeDirectory, syncDirectory, writeError, writeFileAtomic } from '../state/files.ts'
import { readState, updateStateLocked } from '../state/store.ts'
import { unknownOpenCycle } from './adopt.ts'
import { catchUpLocked } from './catch-up.ts'
import { cycleDirectory, cycleIdAt, listCycles } from './cycle-directory.ts'
import type { CycleManifest } from './cycle-directory.ts'
import { appendEvent } from './journal.ts'
import type { Workshop } from './parts.ts'
import { cycleOpened } from './state-changes.ts'
import { entryOf } from './tell.ts'

export interface Opening {
  reason: string
  manual: boolean
  config: Config
  base: { path: string; digest: string }
  fingerprint: string
  usableLearnings: number
}

export interface Opened {
  id: string
  /** False when another call had opened a cycle already; that one's id is given. */
  opened: boolean
}

/**
 * Opens a cycle, unless one is open. Its directory appears whole, by a rename; the state follows, and a crash between the two is
 * mended by the next call, which adopts the newest open cycle.
 */
export async function openCycle(workshop: Workshop, opening: Opening): Promise<Opened> {
  const { home, clock } = workshop
  return await withLock(home, async () => {
    const { state: before } = await readState(home)
    if (before.open_cycle !== null) return { id: before.open_cycle, opened: false }
    const state = await catchUpLocked(workshop, before)
    const unknown = await unknownOpenCycle(home, state)
    if (unknown !== null) {
      await updateStateLocked(home, (current) => cycleOpened(current, unknown.id, unknown.openedAt))
      return { id: unknown.id, opened: false }
    }
    const id = freeId(await listCycles(home), clock.now())
    const at = clock.now().toISOString()
    const manifest: CycleManifest = {
      schema_version: 1,
      id,
      openedAt: at,
      reason: opening.reason,
      manual: opening.manual,
      config: settingsOf(opening.config),
      base: opening.base,
      baseline: state.current_model,
      fingerprint: opening.fingerprint,
      usableLearnings: opening.usableLearnings,
    }
    const opened = { event: 'opened' as const, at, reason: opening.reason, manual: opening.manual }
    await makeDirectory(home.cycles)
    await removeLeftovers(home.cycles)
    const temporary = path.join(home.cycles, `${openingPrefix}${randomBytes(4).toString('hex')}`)
    try {
      await makeDirectory(temporary)
      await writeFileAtomic(path.join(temporary, 'cycle.json'), `${JSON.stringify(manifest, null, 2)}\n`)
      await appendEvent(temporary, opened)
      await rename(temporary, cycleDirectory(home, id))
    } catch (error) {
      throw writeError(error, cycleDirectory(home, id))
    } finally {
      await discard(temporary)
    }
    await syncDirectory(home.cycles)
    await updateStateLocked(home, (current) => cycleOpened(current, id, at))
    await workshop.log(entryOf(id, opened))
    return { id, opened: true }
  })
}

const openingPrefix = '.opening-'

/** What a kill left behind; data/.lock sees to it that nobody else is opening a cycle. */
async function removeLeftovers(cycles: string): Promise<void> {
  for (const name of await readdir(cycles))
    if (name.startsWith(openingPrefix)) await rm(path.join(cycles, name), { recursive: true, force: true })
}

/** The settings alone, without what one call adds to them, and without those of which always the present ones count: these may hold secrets. */
function settingsOf(config: Config): Config {
  const keys = new Set(Object.keys(Config.shape).filter((key) => key !== 'hooks' && key !== 'server'))
  return Config.parse(Object.fromEntries(Object.entries(config).filter(([key, value]) => keys.has(key) && value !== undefined)))
}

/** Cycles bear the second in which they were opened; a second one within it, or a clock that jumped back, takes the next free second. */
function freeId(existing: readonly string[], now: Date): string {
  const newest = existing.at(-1)
  let time = now.getTime()
  while (newest !== undefined && cycleIdAt(new Date(time)) <= newest) time = Math.max(time, timeOf(newest)) + 1000
  return cycleIdAt(new Date(time))
}

function timeOf(id: string): number {
  const [, date = '', time = ''] = id.split('-')
  const part = (text: string, from: number, to: number): number => Number(text.slice(from, to))
  return Date.UTC(part(date, 0, 4), part(date, 4, 6) - 1, part(date, 6, 8), part(time, 0, 2), part(time, 2, 4), part(time, 4, 6))
}
