import type { Config } from '../config/schema.ts'
import { GenesisError } from '../errors.ts'
import { recordFloodDecisions } from '../learnings/flood-decisions.ts'
import type { FloodDecision } from '../learnings/flood-decisions.ts'
import { writeFileAtomic } from '../state/files.ts'
import { withLock } from '../state/lock.ts'
import { readState } from '../state/store.ts'
import { cancelCycle } from './cancel.ts'
import { cycleDirectory } from './cycle-directory.ts'
import { approvalFile, floodsIn, undecidedFloods } from './hold.ts'
import { readJournal } from './journal.ts'
import type { JournalEvent } from './journal.ts'
import type { Workshop } from './parts.ts'
import { cycleStatus } from './transitions.ts'

interface Awaiting {
  id: string
  events: JournalEvent[]
  /** Whether it has a model that the gate let through; otherwise it has collected learnings that somebody has to look at. */
  hasModel: boolean
}

/**
 * Lets the next check deploy the model of the open cycle, or use what it collected. Approving again changes nothing. Gives the cycle's id.
 * @throws GenesisError GI-NO-OPEN-CYCLE, GI-NOT-DECIDED
 */
export async function approveCycle(workshop: Workshop, requested: string | undefined): Promise<string> {
  const { home, clock } = workshop
  const awaiting = await awaitingDecision(home, requested)
  const { id, hasModel } = awaiting
  if (!hasModel) await decideFloods(workshop, awaiting, 'approved')
  else
    await withLock(
      home,
      async () => await writeFileAtomic(approvalFile(home, id), `${JSON.stringify({ at: clock.now().toISOString() })}\n`),
    )
  return id
}

export interface Rejected {
  cycle: string
  /** False when a step is at work: it was asked to stop. */
  closed: boolean
}

/**
 * Ends the open cycle, which waits for a person. What came in a flood is left out of later cycles; other learnings wait again.
 * @throws GenesisError GI-NO-OPEN-CYCLE, GI-NOT-DECIDED
 */
export async function rejectCycle(workshop: Workshop, config: Config, requested: string | undefined, reason?: string): Promise<Rejected> {
  const awaiting = await awaitingDecision(workshop.home, requested)
  if (!awaiting.hasModel) await decideFloods(workshop, awaiting, 'rejected')
  const text = reason === undefined ? 'rejected by hand' : `rejected by hand: ${reason}`
  const { closed } = await cancelCycle(workshop, config, awaiting.id, text)
  return { cycle: awaiting.id, closed }
}

async function decideFloods({ home, clock }: Workshop, { id, events }: Awaiting, decision: FloodDecision['decision']): Promise<void> {
  await withLock(home, async () => {
    const at = clock.now().toISOString()
    const floods = await undecidedFloods(home, events)
    await recordFloodDecisions(
      home,
      floods.map((flood) => ({ ...flood, decision, cycle: id, at })),
    )
  })
}

/** The open cycle, when it waits for a person, or would if it were asked to. */
async function awaitingDecision(home: Workshop['home'], requested: string | undefined): Promise<Awaiting> {
  const { open_cycle: id } = (await readState(home)).state
  if (id === null || (requested !== undefined && requested !== id))
    throw new GenesisError('GI-NO-OPEN-CYCLE', { what: requested === undefined ? 'No cycle is open.' : `${requested} is not open.` })
  const events = await readJournal(cycleDirectory(home, id))
  const status = cycleStatus(events)
  const next = status.status === 'open' ? status.next : null
  const hasModel = next === 'deploy'
  if (!hasModel && (next !== 'prepare' || floodsIn(events).length === 0))
    throw new GenesisError('GI-NOT-DECIDED', { why: `${id} is at step ${next ?? 'conclude'}` })
  return { id, events, hasModel }
}
