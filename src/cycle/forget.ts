import { GenesisError } from '../errors.ts'
import { readForgotten, saysOf } from '../learnings/forgotten.ts'
import type { Forgotten } from '../learnings/forgotten.ts'
import { countAnew } from '../learnings/state-count.ts'
import { appendLines, writeFileAtomic } from '../state/files.ts'
import type { Home } from '../state/home.ts'
import { withLock } from '../state/lock.ts'
import { readState } from '../state/store.ts'
import { readPinned } from './held-out-files.ts'
import { releasesWith } from './learning-in-cycles.ts'
import { nearIds } from './near-ids.ts'
import type { Workshop } from './parts.ts'
import { removeFromPinnedSet } from './pinned-set.ts'
import { traceLearning } from './trace-learning.ts'
import type { LearningTrace } from './trace-learning.ts'

export interface Forgetting {
  id: string
  /** False when it was forgotten before: then nothing was written. */
  forgotten: boolean
  /** Pinned items that were made of it, and are gone. */
  items: string[]
  /** Releases that were trained on it, oldest first. */
  releases: string[]
  /** The open cycle, when it was prepared with the learning: it will not deploy. */
  openCycle: string | null
}

/**
 * Sees to it that a learning is never trained on or judged by again. The learnings files stay as they are: what is recorded is that it was forgotten.
 * @throws GenesisError GI-LEARNING-UNKNOWN with ids that are near, and what reading the learnings throws
 */
export async function forget(workshop: Workshop, id: string, reason?: string): Promise<Forgetting> {
  const { home, clock } = workshop
  const trace = await traceLearning(workshop, id)
  if (trace === null) throw await unknownLearning(home, id)
  const line: Forgotten = {
    id,
    fate: 'forgotten',
    at: clock.now().toISOString(),
    ...(reason !== undefined && { reason }),
    ...saysIn(trace),
  }
  const forgotten = await withLock(home, async () => {
    const isNew = !(await readForgotten(home)).has(id)
    if (isNew) await appendLines(home.forgotten, [JSON.stringify(line)])
    // Also when it was forgotten before and a crash came then.
    await dropItems(home, id)
    await countAnew(home, workshop)
    return isNew
  })
  const { state } = await readState(home)
  const openCycle = trace.cycles.find(({ cycle, fate }) => cycle === state.open_cycle && fate !== null)?.cycle ?? null
  return { id, forgotten, items: trace.items, releases: releasesWith(trace.cycles), openCycle }
}

export async function unknownLearning(home: Home, id: string): Promise<GenesisError> {
  const near = await nearIds(home, id)
  const why = near.length === 0 ? undefined : `ids like it: ${near.join(', ')}`
  return new GenesisError('GI-LEARNING-UNKNOWN', { what: `There is no learning with the id "${id}".`, why })
}

function saysIn({ learning }: LearningTrace): Pick<Forgotten, 'says'> {
  if (learning === null || learning.input === null || learning.wanted === null) return {}
  return { says: saysOf(learning.input, learning.wanted) }
}

async function dropItems(home: Home, id: string): Promise<void> {
  await removeFromPinnedSet(home, ({ learningIds }) => learningIds.includes(id))
  const simulated = await readPinned(home.simulatedPinned)
  const kept = simulated.filter(({ learningIds }) => !learningIds.includes(id))
  if (kept.length < simulated.length) await writeFileAtomic(home.simulatedPinned, kept.map((item) => `${JSON.stringify(item)}\n`).join(''))
}
