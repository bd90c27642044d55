import { readFile, stat } from 'node:fs/promises'
import { Low } from 'lowdb'
import type { Adapter } from 'lowdb'
import { GenesisError, systemErrorCode } from '../errors.ts'
import { systemClock } from '../system/clock.ts'
import type { Clock } from '../system/clock.ts'
import { writeFileAtomic } from './files.ts'
import { readHistory } from './history.ts'
import type { Home } from './home.ts'
import { keepAside } from './keep-aside.ts'
import { withLock } from './lock.ts'
import { rebuildState } from './rebuild.ts'
import { State, defaultState, parseState } from './state.ts'

export interface StateReading {
  state: State
  /** Whether there is a usable state file. */
  existed: boolean
  /** In words for the user: the file is damaged or gone and `state` was rebuilt from releases and journals. */
  problem?: string
}

export interface UpdateOptions {
  clock?: Clock
  /** Told in words when the state had to be rebuilt; `rebuilt` in the state itself says it too. */
  notice?: (text: string) => void
}

/** No state comes near this; a file that does is not one. */
const largestBytes = 16 << 20

/**
 * The state as it is now, the defaults in a home that has none. Takes no lock and writes nothing. Throws GI-STATE-NEWER, and
 * GI-STATE-UNREADABLE when the file is damaged and what it was can't be told from releases and journals.
 */
export async function readState(home: Home): Promise<StateReading> {
  const content = await readContent(home)
  if ('state' in content) return { state: content.state, existed: true }
  const { state, found } = await rebuilt(home, content.damage)
  if (content.missing && !found) return { state, existed: false }
  return {
    state,
    existed: false,
    problem: `${explanation(home, content.damage, found)} The next command that changes something writes it anew.`,
  }
}

/**
 * Changes the state under data/.lock: reads, applies `change` to a copy, checks and writes. Returns what was written; nothing is
 * written when nothing changed. Throws what readState throws, and GI-LOCK-TIMEOUT, GI-HOME-READ-ONLY, GI-DISK-FULL.
 */
export async function updateState(home: Home, change: (state: State) => State, options: UpdateOptions = {}): Promise<State> {
  return withLock(home, () => updateStateLocked(home, change, options))
}

/** The same for a caller that holds data/.lock already, to change the state and another file in one piece. */
export async function updateStateLocked(home: Home, change: (state: State) => State, options: UpdateOptions = {}): Promise<State> {
  const adapter = new StateFile(home, options)
  const database = new Low<State>(adapter, structuredClone(defaultState))
  await database.read()
  const before = JSON.stringify(database.data)
  database.data = State.parse(change(structuredClone(database.data)))
  if (!adapter.isStored || JSON.stringify(database.data) !== before) await database.write()
  return database.data
}

/** lowdb's way to the file. Its own adapters share one temporary name, have no fsync and load `null` as "no data". */
class StateFile implements Adapter<State> {
  /** Whether what was read stands in the file in this form. */
  isStored = false
  private readonly home: Home
  private readonly clock: Clock
  private readonly notice: (text: string) => void

  constructor(home: Home, { clock = systemClock, notice = () => undefined }: UpdateOptions) {
    this.home = home
    this.clock = clock
    this.notice = notice
  }

  async read(): Promise<State | null> {
    const content = await readContent(this.home)
    if ('state' in content) {
      this.isStored = true
      return content.state
    }
    const { state, found } = await rebuilt(this.home, content.damage)
    if (content.missing && !found) return null
    const at = this.clock.now().toISOString()
    const kept = content.missing ? null : await keepAside(this.home.state, at)
    this.notice(`${explanation(this.home, content.damage, found)}${kept === null ? '' : ` The damaged file is kept as ${kept}.`}`)
    return { ...state, rebuilt: { at, because: content.damage, kept_as: kept } }
  }

  async write(state: State): Promise<void> {
    await writeFileAtomic(this.home.state, `${JSON.stringify(state, null, 2)}\n`)
  }
}

type Content = { state: State } | { damage: string; missing: boolean }

async function readContent(home: Home): Promise<Content> {
  try {
    const status = await stat(home.state)
    if (!status.isFile()) return { damage: 'it is not a regular file', missing: false }
    if (status.size > largestBytes) return { damage: `it has ${status.size} bytes`, missing: false }
    const content = parseState(await readFile(home.state))
    if ('newer' in content)
      throw new GenesisError('GI-STATE-NEWER', { why: `${home.state} has schema_version ${content.newer}; this program knows 1` })
    return 'state' in content ? content : { ...content, missing: false }
  } catch (error) {
    const code = systemErrorCode(error)
    if (code === 'ENOENT') return { damage: 'it is gone', missing: true }
    if (code === undefined) throw error
    throw new GenesisError('GI-STATE-UNREADABLE', {
      what: 'The state file could not be read.',
      why: `${home.state}: ${code}`,
      remedy: 'Make it readable for this user; nothing was changed.',
      cause: error,
    })
  }
}

/** Rebuilds, or throws when any part of the past can't be read: half a history would pass for the whole one. */
async function rebuilt(home: Home, damage: string): Promise<{ state: State; found: boolean }> {
  const { releases, cycles, unreadable } = await readHistory(home)
  if (unreadable.length > 0) {
    throw new GenesisError('GI-STATE-UNREADABLE', { why: [`${home.state}: ${damage}`, ...unreadable].join('\n') })
  }
  return { state: rebuildState(releases, cycles), found: releases.length + cycles.length > 0 }
}

function explanation(home: Home, damage: string, found: boolean): string {
  const source = found
    ? 'was rebuilt from releases and journals; learnings are counted anew at the next check'
    : 'starts anew: this home has neither releases nor cycles'
  return `The state file ${home.state} can't be used: ${damage}. The state ${source}.`
}
