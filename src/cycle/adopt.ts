import { GenesisError } from '../errors.ts'
import type { Home } from '../state/home.ts'
import type { State } from '../state/state.ts'
import { cycleDirectory, listCycles } from './cycle-directory.ts'
import { readJournal } from './journal.ts'
import { cycleStatus } from './transitions.ts'

/**
 * A cycle that was opened and did not reach the state, since a crash came between the two; null when there is none. One that is closed is
 * history, even when the state names an older one because that was rolled back. One that can't be read is passed over.
 */
export async function unknownOpenCycle(
  home: Home,
  state: State,
  passedOver: (text: string) => void = () => undefined,
): Promise<{ id: string; openedAt: string } | null> {
  if (state.open_cycle !== null) return null
  const id = (await listCycles(home)).at(-1)
  if (id === undefined || id === state.last_cycle?.id) return null
  try {
    const events = await readJournal(cycleDirectory(home, id))
    const [opened] = events
    return opened === undefined || cycleStatus(events).status === 'closed' ? null : { id, openedAt: opened.at }
  } catch (error) {
    if (!(error instanceof GenesisError) || error.code !== 'GI-JOURNAL-UNREADABLE') throw error
    passedOver(`${id} is passed over: ${error.why ?? error.what}`)
    return null
  }
}
