import { z } from 'zod'
import { GenesisError } from '../errors.ts'
import { appendLines } from '../state/files.ts'
import type { Home } from '../state/home.ts'
import { withLock } from '../state/lock.ts'
import type { UpdateOptions } from '../state/store.ts'
import type { Clock } from '../system/clock.ts'
import { systemClock } from '../system/clock.ts'
import { ChatMessage, LearningKind } from './learning.ts'
import type { Learning } from './learning.ts'
import { normaliseEntry } from './normalise.ts'
import { openFile } from './open-file.ts'
import { countRecorded } from './state-count.ts'
import { flawOf, unusableReasons, usabilityOf } from './usability.ts'

/** What is known of a learning that is to be recorded. */
export const NewLearning = z.object({
  id: z.string().min(1).optional(),
  kind: LearningKind.default('correction'),
  input: z.string(),
  context: z.array(ChatMessage).optional(),
  wanted: z.string().optional(),
  wrong: z.string().optional(),
  category: z.string().optional(),
  /** ISO 8601, seconds or milliseconds; now unless told. */
  at: z.union([z.string(), z.number()]).optional(),
  source: z.string().optional(),
})
export type NewLearning = z.input<typeof NewLearning>

export interface Recorded {
  id: string
  /** False when a learning with this identity was recorded before: then nothing was written. */
  recorded: boolean
  /** Whether a cycle can train on it. */
  usable: boolean
}

/** The same under data/.lock, with the count in the state file brought up to date. What `learn` and others outside call. */
export async function learn(home: Home, fields: NewLearning, options: UpdateOptions & { clock: Clock }): Promise<Recorded> {
  return await withLock(home, async () => {
    const recorded = await recordLearning(home, fields, options.clock)
    if (recorded.recorded) await countRecorded(home, recorded.usable, options)
    return recorded
  })
}

/**
 * Appends one learning to data/genesis_learnings.jsonl; twice with one identity is once. The caller holds the lock of the home.
 * Throws GI-LEARNING-INVALID, and what `appendLines` throws.
 */
export async function recordLearning(home: Home, fields: NewLearning, clock: Clock = systemClock): Promise<Recorded> {
  const learning = checkLearning({ at: clock.now().toISOString(), ...fields })
  const line = lineOf(learning)
  const { usable } = usabilityOf(learning)
  if (await holds(home.learningsJsonl, beginningOf(learning.id))) return { id: learning.id, recorded: false, usable }
  await appendLines(home.learningsJsonl, [line])
  return { id: learning.id, recorded: true, usable }
}

/** Reads what `learn` gets on its standard input: one JSON object, with the same field names as the learnings files. */
export function parseLearningInput(text: string): Learning {
  const bare = text.replace(/^\ufeff/, '').trim()
  if (bare === '') throw invalid('the standard input is empty')
  let entry: unknown
  try {
    entry = JSON.parse(bare)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw invalid('the standard input is not JSON, such as {"input":"...","correction":"..."}', error)
  }
  return checkLearning(entry)
}

/** The learning in an entry that is worth recording: a correction can be trained on, the other kinds have an input at least. */
function checkLearning(entry: unknown): Learning {
  const normalised = normaliseEntry(entry)
  if (typeof normalised === 'string') throw invalid(`it ${unusableReasons[normalised]}`)
  const { learning, usability, unreadableTime } = normalised
  if (unreadableTime) throw invalid('its time is neither ISO 8601 nor seconds or milliseconds since 1970')
  const flaw = usability.usable || usability.reason === 'success' ? flawOf(learning) : usability.reason
  const isEnough = flaw === null || (flaw === 'no-wanted-output' && learning.kind !== 'correction')
  if (!isEnough) throw invalid(`it ${unusableReasons[flaw]}`)
  return learning
}

function lineOf({ id, kind, input, context, wanted, wrong, category, at, source }: Learning): string {
  const optional = { ...(context.length > 0 && { context }), ...(wanted !== null && { wanted }), ...(wrong !== null && { wrong }) }
  return JSON.stringify({ id, kind, input, ...optional, category, at, ...(source !== null && { source }) })
}

/** Every line that we write begins like this, and no other text of a line can: a quote inside a text is escaped. */
function beginningOf(id: string): string {
  return `{"id":${JSON.stringify(id)},"kind":`
}

/** Whether the bytes of a text stand in the file; hundreds of megabytes take a fraction of a second. */
async function holds(file: string, text: string): Promise<boolean> {
  const opened = await openFile(file)
  if (opened === null) return false
  const wanted = Buffer.from(text)
  const overlap = wanted.length - 1
  const buffer = Buffer.allocUnsafe(overlap + (1 << 20))
  try {
    let kept = 0
    for (;;) {
      const { bytesRead } = await opened.handle.read(buffer, kept, buffer.length - kept)
      if (bytesRead === 0) return false
      const filled = kept + bytesRead
      if (buffer.subarray(0, filled).includes(wanted)) return true
      kept = Math.min(overlap, filled)
      buffer.copy(buffer, 0, filled - kept, filled)
    }
  } finally {
    await opened.handle.close()
  }
}

function invalid(why: string, cause?: unknown): GenesisError {
  return new GenesisError('GI-LEARNING-INVALID', { why, cause })
}
