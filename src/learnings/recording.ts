import { GenesisError } from '../errors.ts'
import { appendLines } from '../state/files.ts'
import type { Home } from '../state/home.ts'
import { withLock } from '../state/lock.ts'
import type { UpdateOptions } from '../state/store.ts'
import type { Clock } from '../system/clock.ts'
import { systemClock } from '../system/clock.ts'
import { digestContent } from './identity.ts'
import type { Learning } from './learning.ts'
import { checkLearning } from './new-learning.ts'
import type { NewLearning } from './new-learning.ts'
import { normaliseEntry } from './normalise.ts'
import { lineOf, recordedLines } from './recorded-lines.ts'
import { countRecorded } from './state-count.ts'
import { usabilityOf } from './usability.ts'

export interface Recorded {
  id: string
  /** False when a learning with this identity was recorded before: then nothing was written. */
  recorded: boolean
  /** Whether a cycle can train on it. */
  usable: boolean
}

type Options = UpdateOptions & { clock: Clock }

/** Records one learning under data/.lock, and brings the count in the state file up to date. What `learn` calls. */
export async function learn(home: Home, fields: NewLearning, options: Options): Promise<Recorded> {
  return await withLock(home, async () => {
    const recorded = await recordLearning(home, fields, options.clock)
    await countRecorded(home, [recorded], options)
    return recorded
  })
}

/**
 * The same for several checked learnings, all or none of which are written.
 * @throws GenesisError GI-LEARNING-CONFLICT when an id stands for another learning already, and what `appendLines` throws
 */
export async function learnAll(home: Home, learnings: readonly Learning[], options: Options): Promise<Recorded[]> {
  return await withLock(home, async () => {
    const recorded = await append(home, learnings, options.clock, requireSame)
    await countRecorded(home, recorded, options)
    return recorded
  })
}

/**
 * Appends one learning to data/genesis_learnings.jsonl; twice with one identity is once. The caller holds the lock of the home.
 * Throws GI-LEARNING-INVALID, and what `appendLines` throws.
 */
export async function recordLearning(home: Home, fields: NewLearning, clock: Clock = systemClock): Promise<Recorded> {
  const [recorded] = await append(home, [checkLearning(fields)], clock)
  return recorded as Recorded
}

type Compare = (learning: Learning, recorded: Learning | string) => void

/** `compare` hears of every learning whose id was recorded before, here or earlier in the list, and may throw before anything is written. */
async function append(home: Home, learnings: readonly Learning[], clock: Clock, compare: Compare = () => undefined): Promise<Recorded[]> {
  const before = await recordedLines(
    home.learningsJsonl,
    learnings.map(({ id }) => id),
  )
  const fresh = new Map<string, Learning>()
  const results = learnings.map((learning): Recorded => {
    const known = fresh.get(learning.id) ?? before.get(learning.id)
    if (known === undefined) fresh.set(learning.id, learning)
    else compare(learning, known)
    return { id: learning.id, recorded: known === undefined, usable: usabilityOf(learning).usable }
  })
  const now = clock.now().toISOString()
  const lines = [...fresh.values()].map((learning) => lineOf({ ...learning, at: learning.at ?? now }))
  // Whoever wrote a line that is there already may have died before it was synced: it is acknowledged only when it is on disk.
  if (lines.length > 0 || before.size > 0) await appendLines(home.learningsJsonl, lines)
  return results
}

function requireSame(learning: Learning, recorded: Learning | string): void {
  const other = typeof recorded === 'string' ? learningIn(recorded) : recorded
  if (other === null || digestContent(other) === digestContent(learning)) return
  throw new GenesisError('GI-LEARNING-CONFLICT', { what: `The id ${JSON.stringify(learning.id)} stands for another learning already.` })
}

function learningIn(line: string): Learning | null {
  const normalised = normaliseEntry(JSON.parse(line))
  return typeof normalised === 'string' ? null : normalised.learning
}
