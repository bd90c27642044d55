import { z } from 'zod'
import path from 'node:path'
import { GenesisError, systemErrorCode } from '../errors.ts'
import { appendLines, readTextIfPresent } from '../state/files.ts'
import { Backoff } from '../state/state.ts'
import { Outcome, Step, Verdict } from './step.ts'

const at = z.string()

const RecordedError = z.object({ code: z.string(), what: z.string(), why: z.string().optional(), remedy: z.string() })
export type RecordedError = z.infer<typeof RecordedError>

/** One line of a cycle's journal. A step is started here before it works, and finished after its outputs are on disk. */
export const JournalEvent = z.discriminatedUnion('event', [
  z.object({ event: z.literal('opened'), at, reason: z.string(), manual: z.boolean() }),
  z.object({ event: z.literal('step-started'), at, step: Step, attempt: z.int() }),
  z.object({
    event: z.literal('step-finished'),
    at,
    step: Step,
    attempt: z.int(),
    /** SHA-256 of every file the step left, by its path inside the step's directory. */
    outputs: z.record(z.string(), z.string()),
    /** What later steps and people want to know. */
    result: z.record(z.string(), z.unknown()),
    /** Set by `decide`, and by `prepare` when training could not lead to a DEPLOY. */
    verdict: Verdict.optional(),
  }),
  z.object({ event: z.literal('step-failed'), at, step: Step, attempt: z.int(), temporary: z.boolean(), error: RecordedError }),
  z.object({ event: z.literal('step-interrupted'), at, step: Step, attempt: z.int() }),
  z.object({
    event: z.literal('closed'),
    at,
    outcome: Outcome,
    reasons: z.array(z.string()),
    /** What the cycle was made from, how many learnings it held out and saw, and until when the next one waits: the state follows from these. */
    fingerprint: z.string(),
    newly_pinned: z.int(),
    learnings_seen: z.int(),
    backoff: Backoff.nullable(),
  }),
])
export type JournalEvent = z.infer<typeof JournalEvent>
export type Closed = Extract<JournalEvent, { event: 'closed' }>
export type StepFinished = Extract<JournalEvent, { event: 'step-finished' }>

const journalFile = (cycleDirectory: string): string => path.join(cycleDirectory, 'journal.jsonl')

/** Appends one event and syncs it. The caller holds the run lock, or data/.lock while it opens the cycle. */
export async function appendEvent(cycleDirectory: string, event: JournalEvent): Promise<void> {
  await appendLines(journalFile(cycleDirectory), [JSON.stringify(event)])
}

/**
 * Reads a cycle's journal. A line that a crash cut short never took effect and is passed over.
 * @throws GenesisError GI-JOURNAL-UNREADABLE when the file is missing, can't be read, or holds no opening event
 */
export async function readJournal(cycleDirectory: string): Promise<JournalEvent[]> {
  const file = journalFile(cycleDirectory)
  let text: string | undefined
  try {
    text = await readTextIfPresent(file)
  } catch (error) {
    throw new GenesisError('GI-JOURNAL-UNREADABLE', {
      why: `${file} cannot be read (${systemErrorCode(error) ?? 'unknown'})`,
      remedy: setAside(cycleDirectory),
      cause: error,
    })
  }
  const events = (text ?? '').split('\n').flatMap((line) => parseEvent(line))
  if (events[0]?.event !== 'opened') {
    throw new GenesisError('GI-JOURNAL-UNREADABLE', {
      why: `${file} does not begin with the opening of a cycle`,
      remedy: setAside(cycleDirectory),
    })
  }
  return events
}

const setAside = (cycleDirectory: string): string =>
  `Run "genesis-improve cancel ${path.basename(cycleDirectory)}" to set that cycle aside.`

/** The error for another file of a cycle that is not what was written. */
export function damagedRecord(file: string): GenesisError {
  return new GenesisError('GI-JOURNAL-UNREADABLE', { what: 'A record of a cycle is damaged.', why: `${file} is not what was written` })
}

function parseEvent(line: string): JournalEvent[] {
  if (line.trim() === '') return []
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch (error) {
    if (error instanceof SyntaxError) return []
    throw error
  }
  const parsed = JournalEvent.safeParse(value)
  return parsed.success ? [parsed.data] : []
}
