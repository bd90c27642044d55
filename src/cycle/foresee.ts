import { existsSync } from 'node:fs'
import type { Config } from '../config/schema.ts'
import { lookOnce } from '../learnings/patience.ts'
import { readState } from '../state/store.ts'
import { blockersOf } from './blockers.ts'
import { cycleDirectory } from './cycle-directory.ts'
import { readJournal } from './journal.ts'
import { lookAround } from './look.ts'
import type { Workshop } from './parts.ts'
import { cancelRequest } from './run-lock.ts'
import type { Step } from './step.ts'
import { cycleStatus } from './transitions.ts'

export interface Foreseen {
  action: 'none' | 'open' | 'run'
  cycle: string | null
  step: Step | null
  explanation: string
}

/** What the next check would do. Changes nothing, takes no lock, and does not wait for the writer of a learnings file. */
export async function foresee(workshop: Workshop, config: Config): Promise<Foreseen> {
  const { state } = await readState(workshop.home)
  if (state.open_cycle !== null) {
    const status = cycleStatus(await readJournal(cycleDirectory(workshop.home, state.open_cycle)))
    if (status.status === 'open' && !existsSync(cancelRequest(workshop.home, state.open_cycle))) {
      return { action: 'run', cycle: state.open_cycle, step: status.next, explanation: `Would run ${status.next} of ${state.open_cycle}.` }
    }
    return { action: 'run', cycle: state.open_cycle, step: null, explanation: `Would close ${state.open_cycle}.` }
  }
  const { triggers, held } = await lookAround(workshop, config, state, lookOnce)
  if (!triggers.due) return { action: 'none', cycle: null, step: null, explanation: `Would do nothing: ${triggers.summary}.` }
  if (held !== null) return { action: 'none', cycle: null, step: null, explanation: `Would do nothing: ${held}.` }
  const [blocker] = await blockersOf(workshop, config)
  if (blocker !== undefined)
    return { action: 'none', cycle: null, step: null, explanation: `Would open a cycle, but: ${blocker.what} ${blocker.remedy}` }
  return { action: 'open', cycle: null, step: null, explanation: `Would open a cycle: ${triggers.reason}` }
}
