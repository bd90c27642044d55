import type { JournalEvent } from './journal.ts'
import type { Step } from './step.ts'

/** What each finished step put on record. */
export function stepResults(events: readonly JournalEvent[]): Partial<Record<Step, Record<string, unknown>>> {
  const results: Partial<Record<Step, Record<string, unknown>>> = {}
  for (const event of events) if (event.event === 'step-finished') results[event.step] = event.result
  return results
}
