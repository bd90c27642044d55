import { z } from 'zod'
import { GenesisError } from '../errors.ts'
import { ChatMessage, LearningKind } from './learning.ts'
import type { Learning } from './learning.ts'
import { normaliseEntry } from './normalise.ts'
import { flawOf, unusableReasons } from './usability.ts'

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
  author: z.string().optional(),
})
export type NewLearning = z.input<typeof NewLearning>

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

/**
 * The learning in an entry that is worth recording: a correction can be trained on, the other kinds have an input at least.
 * @throws GenesisError GI-LEARNING-INVALID
 */
export function checkLearning(entry: unknown): Learning {
  const normalised = normaliseEntry(entry)
  if (typeof normalised === 'string') throw invalid(`it ${unusableReasons[normalised]}`)
  const { learning, usability, unreadableTime } = normalised
  if (unreadableTime) throw invalid('its time is neither ISO 8601 nor seconds or milliseconds since 1970')
  const flaw = usability.usable || usability.reason === 'success' ? flawOf(learning) : usability.reason
  const isEnough = flaw === null || (flaw === 'no-wanted-output' && learning.kind !== 'correction')
  if (!isEnough) throw invalid(`it ${unusableReasons[flaw]}`)
  return learning
}

function invalid(why: string, cause?: unknown): GenesisError {
  return new GenesisError('GI-LEARNING-INVALID', { why, cause })
}
