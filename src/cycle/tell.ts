import type { LogEntry } from '../system/log.ts'
import { cycleDirectory } from './cycle-directory.ts'
import { appendEvent } from './journal.ts'
import type { JournalEvent } from './journal.ts'
import type { Workshop } from './parts.ts'
import { stepSummary } from './step-summary.ts'

/** Journals an event of a cycle, then tells the log of it. */
export async function recordEvent(workshop: Workshop, cycle: string, event: JournalEvent): Promise<void> {
  await appendEvent(cycleDirectory(workshop.home, cycle), event)
  await workshop.log(entryOf(cycle, event))
}

/** A journaled event as a line of the log. */
export function entryOf(cycle: string, event: JournalEvent): LogEntry {
  const at = { cycle, step: 'step' in event ? event.step : null }
  switch (event.event) {
    case 'opened':
      return { level: 'info', event: 'cycle-opened', ...at, message: `opened: ${event.reason}` }
    case 'step-started':
      return { level: 'info', event: event.event, ...at, attempt: event.attempt, message: attemptText(event.attempt) }
    case 'step-finished':
      return { level: 'info', event: event.event, ...at, ...verdictOf(event), message: stepSummary(event.step, event.result) }
    case 'step-interrupted':
      return { level: 'warn', event: event.event, ...at, message: 'stopped; the next check goes on from there' }
    case 'step-failed': {
      const { code, what, why, remedy } = event.error
      const level = event.temporary ? 'warn' : 'error'
      return { level, event: event.event, ...at, code, why, remedy, message: why === undefined ? what : `${what} (${why})` }
    }
    case 'closed': {
      const { outcome, reasons } = event
      const level = outcome === 'FAILED' ? 'error' : 'info'
      return { level, event: 'cycle-closed', ...at, outcome, message: [`ended with ${outcome}`, ...reasons].join('; ') }
    }
  }
}

const attemptText = (attempt: number): string => (attempt === 1 ? 'started' : `started, attempt ${attempt}`)

const verdictOf = ({ verdict }: Extract<JournalEvent, { event: 'step-finished' }>): object => (verdict === undefined ? {} : { verdict })
