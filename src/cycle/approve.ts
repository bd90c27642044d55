import { GenesisError } from '../errors.ts'
import { writeFileAtomic } from '../state/files.ts'
import { withLock } from '../state/lock.ts'
import { readState } from '../state/store.ts'
import { cycleDirectory } from './cycle-directory.ts'
import { approvalFile } from './hold.ts'
import { readJournal } from './journal.ts'
import type { Workshop } from './parts.ts'
import { cycleStatus } from './transitions.ts'

/**
 * Lets the next check deploy the model of the open cycle. Approving again changes nothing. Gives the cycle's id.
 * @throws GenesisError GI-NO-OPEN-CYCLE, GI-NOT-DECIDED
 */
export async function approveCycle({ home, clock }: Workshop, requested: string | undefined): Promise<string> {
  const id = await awaitingDecision({ home }, requested)
  await withLock(home, async () => await writeFileAtomic(approvalFile(home, id), `${JSON.stringify({ at: clock.now().toISOString() })}\n`))
  return id
}

/** The open cycle, which the gate has let through and which is not deployed yet. Raises what `approveCycle` raises. */
export async function awaitingDecision({ home }: Pick<Workshop, 'home'>, requested: string | undefined): Promise<string> {
  const { open_cycle: id } = (await readState(home)).state
  if (id === null || (requested !== undefined && requested !== id))
    throw new GenesisError('GI-NO-OPEN-CYCLE', { what: requested === undefined ? 'No cycle is open.' : `${requested} is not open.` })
  const status = cycleStatus(await readJournal(cycleDirectory(home, id)))
  if (status.status !== 'open' || status.next !== 'deploy')
    throw new GenesisError('GI-NOT-DECIDED', { why: `${id} is at step ${status.status === 'open' ? status.next : 'conclude'}` })
  return id
}
