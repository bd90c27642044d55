import { fateFiles } from '../learnings/fate-reading.ts'
import { Fate } from '../learnings/fates.ts'
import { readForgotten } from '../learnings/forgotten.ts'
import type { Forgotten } from '../learnings/forgotten.ts'
import type { Learning } from '../learnings/learning.ts'
import { readLearnings } from '../learnings/reading.ts'
import { unusableReasons } from '../learnings/usability.ts'
import type { Usability } from '../learnings/usability.ts'
import type { Home } from '../state/home.ts'
import { itemsMadeOf, learningInCycles } from './learning-in-cycles.ts'
import type { LearningInCycle } from './learning-in-cycles.ts'
import { linesAbout } from './lines-about.ts'
import type { Workshop } from './parts.ts'

/** Everything that is on record about one learning. */
export interface LearningTrace {
  id: string
  /** As it stands in the learnings files; null when it is no longer there. */
  learning: Omit<Learning, 'id'> | null
  /** What became of it: `waiting` until a deployed cycle decided, `gone` when it left the files without a fate. */
  fate: Fate['fate'] | 'forgotten' | 'waiting' | 'unusable' | 'success' | 'gone'
  /** Why, where there is a reason. */
  reason: string | null
  forgotten: Omit<Forgotten, 'id' | 'fate' | 'says'> | null
  /** Pinned items that are made of it now. */
  items: string[]
  /** Every cycle that collected it, oldest first. */
  cycles: LearningInCycle[]
}

/** Null when nothing knows the id. Throws what reading the learnings throws. */
export async function traceLearning({ home }: Pick<Workshop, 'home'>, id: string): Promise<LearningTrace | null> {
  const forgotten = (await readForgotten(home)).get(id)
  const entry = await findLearning(home, id)
  const cycles = await learningInCycles(home, id)
  const items = await itemsOf(home, id)
  const decided = await fateOf(home, id)
  if (forgotten === undefined && entry === null && cycles.length === 0 && items.length === 0 && decided === null) return null
  const { fate, reason = null } = verdictOn(forgotten, decided, items, entry?.usability)
  return {
    id,
    learning: entry === null ? null : withoutId(entry.learning),
    fate,
    reason,
    forgotten: forgotten === undefined ? null : { at: forgotten.at, ...(forgotten.reason !== undefined && { reason: forgotten.reason }) },
    items,
    cycles,
  }
}

type Entry = { learning: Learning; usability: Usability }

/** The learning with this identity, forgotten or not; null when it is in neither file. */
export async function findLearning(home: Home, id: string): Promise<Entry | null> {
  let found: Entry | null = null
  for await (const entry of readLearnings(home, { forgotten: new Set() })) if (entry.learning.id === id) found = entry
  return found
}

const withoutId = ({ id: _, ...learning }: Learning): Omit<Learning, 'id'> => learning

/** The newest fate that a deployed cycle gave it. */
async function fateOf(home: Home, id: string): Promise<Fate | null> {
  let newest: Fate | null = null
  for (const file of await fateFiles(home))
    for (const line of await linesAbout(file, id)) {
      const fate = Fate.safeParse(line)
      if (fate.success && fate.data.id === id) newest = fate.data
    }
  return newest
}

async function itemsOf(home: Home, id: string): Promise<string[]> {
  return itemsMadeOf([...(await linesAbout(home.pinned, id)), ...(await linesAbout(home.simulatedPinned, id))], id)
}

function verdictOn(
  forgotten: Forgotten | undefined,
  decided: Fate | null,
  items: readonly string[],
  usability: Usability | undefined,
): { fate: LearningTrace['fate']; reason?: string | undefined } {
  if (forgotten !== undefined) return { fate: 'forgotten', reason: forgotten.reason }
  if (decided !== null) return decided
  if (items.length > 0) return { fate: 'held-out' }
  if (usability === undefined) return { fate: 'gone' }
  if (usability.usable) return { fate: 'waiting' }
  return usability.reason === 'success' ? { fate: 'success' } : { fate: 'unusable', reason: unusableReasons[usability.reason] }
}
