import { GenesisError } from '../errors.ts'
import type { Home } from '../state/home.ts'
import type { State } from '../state/state.ts'
import { cycleDirectory } from './cycle-directory.ts'
import { readJournal } from './journal.ts'

/** What was advised when the open cycle's step failed last, or the last cycle failed for good; null when neither did. */
export async function recordedRemedy(home: Home, { open_cycle: open, last_cycle: last }: State): Promise<string | null> {
  const id = open ?? (last?.outcome === 'FAILED' ? last.id : null)
  if (id === null) return null
  try {
    const failed = (await readJournal(cycleDirectory(home, id))).findLast((event) => event.event === 'step-failed')
    return failed?.event === 'step-failed' ? failed.error.remedy : null
  } catch (error) {
    // The records of a cycle that ended may be gone or damaged.
    if (!(error instanceof GenesisError)) throw error
    return null
  }
}
