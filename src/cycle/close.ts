import { announceEnd } from './announce.ts'
import { countLearnings } from '../learnings/counting.ts'
import { readState, updateState } from '../state/store.ts'
import { cycleDirectory, readManifest, releaseNameOf } from './cycle-directory.ts'
import { countHeldOutBy } from './held-out-by.ts'
import { readJournal } from './journal.ts'
import type { Closed, JournalEvent } from './journal.ts'
import type { Workshop } from './parts.ts'
import { asNumberOrNull } from './result.ts'
import { backoffAfter, cycleClosed } from './state-changes.ts'
import type { Aftermath } from './state-changes.ts'
import { stepResults } from './step-results.ts'
import type { Outcome } from './step.ts'
import { takeBack } from './take-back.ts'
import { recordEvent } from './tell.ts'

/** Closes a cycle in its journal, then in the state. What a cycle that came to no end had done is taken back first. */
export async function closeCycle(workshop: Workshop, id: string, outcome: Outcome, reasons: string[]): Promise<void> {
  const { home, clock } = workshop
  if (outcome === 'FAILED' || outcome === 'CANCELLED') await takeBack(workshop, id)
  const { state } = await readState(home)
  const made = await madeFrom(workshop, id)
  await recordEvent(workshop, id, {
    event: 'closed',
    at: clock.now().toISOString(),
    outcome,
    reasons,
    fingerprint: made.fingerprint,
    newly_pinned: await countHeldOutBy(home, [id]),
    learnings_seen: made.learningsSeen,
    backoff: backoffAfter(state, outcome, clock.now().toISOString()),
  })
  await recordClosed(workshop, id)
  await announceEnd(workshop, id, outcome, reasons)
}

/** Brings the state to what a closed cycle's journal says. May be repeated. */
export async function recordClosed(workshop: Workshop, id: string): Promise<void> {
  const events = await readJournal(cycleDirectory(workshop.home, id))
  const end = endOf(id, events)
  if (end === null) return
  const { waiting } = await countLearnings(workshop.home)
  await updateState(workshop.home, (state) => cycleClosed(state, id, end.closed, { ...end, waiting }), workshop)
}

/** How a cycle ended and what follows from it for the state; null when it has not ended. */
export function endOf(id: string, events: readonly JournalEvent[]): ({ closed: Closed } & Omit<Aftermath, 'waiting'>) | null {
  const closed = events.findLast((event) => event.event === 'closed')
  if (closed === undefined) return null
  const deployed = closed.outcome === 'DEPLOY'
  const accuracy = stepResults(events).decide?.[deployed ? 'candidateAccuracy' : 'baselineAccuracy']
  return {
    closed,
    release: deployed ? releaseNameOf(id) : null,
    improvementScore: asNumberOrNull(accuracy) ?? asNumberOrNull(stepResults(events).prepare?.['baselineAccuracy']),
  }
}

/** What a cycle was made from: as collected, or as it stood when the cycle was opened. */
export async function madeFrom(
  { home }: Pick<Workshop, 'home'>,
  id: string,
): Promise<{ cycle: string; fingerprint: string; learningsSeen: number }> {
  const collected = stepResults(await readJournal(cycleDirectory(home, id))).collect
  const manifest = await readManifest(home, id)
  return {
    cycle: id,
    fingerprint: typeof collected?.['fingerprint'] === 'string' ? collected['fingerprint'] : manifest.fingerprint,
    learningsSeen: asNumberOrNull(collected?.['usable']) ?? manifest.usableLearnings,
  }
}
