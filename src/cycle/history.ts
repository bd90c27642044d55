import { GenesisError } from '../errors.ts'
import { cycleDirectory, listCycles, readManifest, releaseNameOf } from './cycle-directory.ts'
import type { CycleManifest } from './cycle-directory.ts'
import { readJournal } from './journal.ts'
import type { JournalEvent } from './journal.ts'
import type { Workshop } from './parts.ts'
import { asNumberOrNull, asTexts } from './result.ts'
import { stepResults } from './step-results.ts'
import type { Step } from './step.ts'
import { cycleStatus } from './transitions.ts'

/** One cycle as `history` lists it. */
export interface CycleSummary {
  id: string
  openedAt: string
  closedAt: string | null
  reason: string
  baseline: string
  /** How it ended; null while it is open. */
  outcome: string | null
  /** The step it is at; null when it is closed. */
  step: Step | null
  reasons: string[]
  /** Gain in estimated live accuracy; null when nothing was judged. */
  estimate: number | null
  release: string | null
}

/** All cycles of this home, oldest first. Those whose records can't be read are passed over when somebody hears of them, else they are an error. */
export async function readHistory({ home }: Pick<Workshop, 'home'>, unreadable?: (id: string) => void): Promise<CycleSummary[]> {
  const summaries: CycleSummary[] = []
  for (const id of await listCycles(home)) {
    try {
      summaries.push(summarise(await readManifest(home, id), await readJournal(cycleDirectory(home, id))))
    } catch (error) {
      if (unreadable === undefined || !(error instanceof GenesisError) || error.code !== 'GI-JOURNAL-UNREADABLE') throw error
      unreadable(id)
    }
  }
  return summaries
}

export function summarise({ id, openedAt, reason, baseline }: CycleManifest, events: readonly JournalEvent[]): CycleSummary {
  const status = cycleStatus(events)
  const results = stepResults(events)
  const closed = status.status === 'closed'
  return {
    id,
    openedAt,
    closedAt: closed ? (events.at(-1)?.at ?? null) : null,
    reason,
    baseline,
    outcome: closed ? status.outcome : null,
    step: status.status === 'open' ? status.next : null,
    reasons: closed ? status.reasons : asTexts(results.decide?.['reasons']),
    estimate: asNumberOrNull(results.decide?.['estimate']),
    release: closed && status.outcome === 'DEPLOY' ? releaseNameOf(id) : null,
  }
}
