import type { JournalEvent, RecordedError } from './journal.ts'
import { steps } from './step.ts'
import type { Outcome, Step, Verdict } from './step.ts'

/** Temporary failures of one step in a row after which the cycle fails. */
export const temporaryFailureLimit = 10

export type CycleStatus =
  | { status: 'open'; next: Step; attempt: number; failuresInARow: number; lastError: RecordedError | null; verdict: Verdict | null }
  /** A step failed for good, or too often: the cycle is to be closed as FAILED. */
  | { status: 'failing'; step: Step; error: RecordedError; verdict: Verdict | null }
  | { status: 'closed'; outcome: Outcome; reasons: string[]; verdict: Verdict | null }

/** What a cycle's journal says is to be done next. */
export function cycleStatus(events: readonly JournalEvent[]): CycleStatus {
  const closed = events.findLast((event) => event.event === 'closed')
  const verdict = verdictOf(events)
  if (closed !== undefined) return { status: 'closed', outcome: closed.outcome, reasons: closed.reasons, verdict }

  const finished = events.findLast((event) => event.event === 'step-finished')
  const next = finished === undefined ? steps[0] : stepAfter(finished.step, verdict)
  const attempts = events.filter((event) => event.event === 'step-started' && event.step === next).length
  const failures = events.filter((event) => event.event === 'step-failed' && event.step === next)
  const last = failures.at(-1)
  if (last?.event === 'step-failed' && (!last.temporary || failures.length >= temporaryFailureLimit)) {
    return { status: 'failing', step: next, error: last.error, verdict }
  }
  const lastError = last?.event === 'step-failed' ? last.error : null
  return { status: 'open', next, attempt: attempts + 1, failuresInARow: failures.length, lastError, verdict }
}

/** Training that could not lead to a DEPLOY is skipped, and so is the deployment of what was not accepted. */
function stepAfter(step: Step, verdict: Verdict | null): Step {
  if (step === 'prepare' && verdict !== null) return 'conclude'
  if (step === 'decide' && verdict !== 'DEPLOY') return 'conclude'
  return steps[steps.indexOf(step) + 1] ?? 'conclude'
}

function verdictOf(events: readonly JournalEvent[]): Verdict | null {
  for (const event of events) if (event.event === 'step-finished' && event.verdict !== undefined) return event.verdict
  return null
}

/** When the training of this cycle finished, ISO 8601; null when it did not. */
export function trainingFinishedAt(events: readonly JournalEvent[]): string | null {
  return events.find((event) => event.event === 'step-finished' && event.step === 'train')?.at ?? null
}
