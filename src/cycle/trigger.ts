import type { Config } from '../config/schema.ts'
import { GenesisError } from '../errors.ts'
import { countLearnings } from '../learnings/counting.ts'
import { readState } from '../state/store.ts'
import { usableBase } from './usable-base.ts'
import { fingerprintOf } from './look.ts'
import { openCycle } from './open.ts'
import type { Opened } from './open.ts'
import type { Workshop } from './parts.ts'

/**
 * Opens a cycle by hand, whatever the triggers and any backoff say; a cycle that is open already is named instead.
 * Takes data/.lock only, so it answers while another cycle trains.
 * @throws GenesisError GI-NO-USABLE-LEARNING, GI-BASE-MISSING, or what keeps a cycle from running
 */
export async function triggerCycle(workshop: Workshop, config: Config): Promise<Opened> {
  const { home } = workshop
  const { state } = await readState(home)
  if (state.open_cycle !== null) return { id: state.open_cycle, opened: false }
  const learnings = await countLearnings(home)
  if (learnings.usable === 0) throw new GenesisError('GI-NO-USABLE-LEARNING')
  const base = await usableBase(workshop, config)
  const fingerprint = await fingerprintOf(workshop, learnings.usableDigest, config)
  return await openCycle(workshop, {
    reason: 'Triggered by hand',
    manual: true,
    config,
    base,
    fingerprint,
    usableLearnings: learnings.usable,
  })
}
