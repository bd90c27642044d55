import type { Config } from '../config/schema.ts'
import { GenesisError } from '../errors.ts'
import type { LearningCounts } from '../learnings/counting.ts'
import type { State } from '../state/state.ts'
import { updateState } from '../state/store.ts'
import type { Workshop } from './parts.ts'
import { probationStatus } from './probation-status.ts'

/**
 * Looks into an alarm, once for each release: the model before and the current one answer what has been recorded since, and if that favours the one
 * before, production goes back to it. Otherwise what people ask may have changed, and a warning stays. Null when there was no alarm. The caller holds the run lock.
 */
export async function endProbation(workshop: Workshop, config: Config, state: State, learnings: LearningCounts): Promise<Ended | null> {
  const release = state.current_model
  // A rollback that was decided on and interrupted before it began.
  if (state.probation?.release === release && state.probation.end === 'rolled-back') return await goBack(workshop, config, state.probation)
  if (probationStatus(config.gate, state, learnings.sequences).state !== 'alarm') return null
  const { compareSince } = await import('./compare-since.ts')
  const comparison = await compareSince(workshop, config, state)
  const goesBack = config.gate.probation === 'rollback' && comparison !== null && comparison.estimate > 0
  const text = [
    `${release} failed more often than what was there before.`,
    comparison?.text ?? 'Nothing recorded since can be asked again.',
    goesBack ? 'It was rolled back.' : 'It stays; what people ask may have changed.',
  ].join(' ')
  const ended = { release, at: workshop.clock.now().toISOString(), end: goesBack ? ('rolled-back' as const) : ('warned' as const), text }
  await record(workshop, ended)
  return goesBack ? await goBack(workshop, config, ended) : ended
}

async function goBack(workshop: Workshop, config: Config, ended: Ended): Promise<Ended> {
  try {
    const { rollback } = await import('./rollback.ts')
    await rollback(workshop, config, undefined)
    return ended
  } catch (error) {
    if (!(error instanceof GenesisError) || error.temporary) throw error
    // What can't be had any more must not keep every later check from its work.
    const text = `${ended.text.replace(' It was rolled back.', '')} It could not be rolled back: ${error.what}`
    const warned = { ...ended, end: 'warned' as const, text }
    await record(workshop, warned)
    return warned
  }
}

async function record({ home }: Workshop, probation: Ended): Promise<void> {
  await updateState(home, (before) => ({ ...before, probation }))
}

type Ended = NonNullable<State['probation']>
