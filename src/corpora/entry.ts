import type { Learning } from '../learnings/learning.ts'
import { normaliseEntry } from '../learnings/normalise.ts'
import { isFields } from '../learnings/text.ts'
import { flawOf, unusableReasons } from '../learnings/usability.ts'
import type { CorpusEntry } from './port.ts'

/** Reads one parsed entry as leniently as a learning; a text says why it can't be used. */
export function readCorpusEntry(value: unknown): CorpusEntry | string {
  // An example is what a success is: an answer that was right. So the field names mean what they mean there.
  const entry = normaliseEntry(isFields(value) ? { ...value, kind: 'success' } : value)
  if (typeof entry === 'string') return unusableReasons[entry]
  const flaw = flawOf(entry.learning)
  return flaw === null ? entryOf(entry.learning) : unusableReasons[flaw]
}

function entryOf({ id, input, wanted, category, context }: Learning): CorpusEntry {
  return { id, input: input ?? '', output: wanted ?? '', category, ...(context.length > 0 && { context }) }
}
