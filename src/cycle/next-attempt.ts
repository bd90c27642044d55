import path from 'node:path'
import { attemptUnits } from '../dataset/attempt-units.ts'
import type { AskedItem } from '../dataset/attempt-units.ts'
import { nextAttempt } from '../gate/attempts.ts'
import type { NextAttempt } from '../gate/attempts.ts'
import { parseJson } from '../evaluation/json-equal.ts'
import { readTextIfPresent } from '../state/files.ts'
import { isFields } from '../learnings/text.ts'
import { attemptsOn } from './attempts.ts'
import type { ItemToJudge } from './attempts.ts'
import { listCyclesKept, stepDirectory } from './cycle-directory.ts'
import type { CycleManifest } from './cycle-directory.ts'
import type { Workshop } from './parts.ts'

export interface AttemptLevel extends NextAttempt {
  /** 1 for the first attempt on this baseline. */
  number: number
}

/** Later than every cycle: for the level of an attempt that is not made yet. */
export const afterAllCycles = 'cycle-99999999-999999'

/**
 * The level of an attempt on the cycle's baseline with these items. An item counts as judged when an earlier attempt judged it or a near-duplicate
 * of it: the same question in other words is no new evidence.
 */
export async function nextAttemptOn(
  workshop: Pick<Workshop, 'home' | 'notice'>,
  cycle: Pick<CycleManifest, 'id' | 'baseline'>,
  items: readonly (ItemToJudge & AskedItem)[],
): Promise<AttemptLevel> {
  const attempts = await attemptsOn(workshop, cycle, items)
  if (attempts.length === 0) return { ...nextAttempt([], attemptUnits([], items, new Map()).present), number: 1 }
  const judged = attempts.map(({ judgedItemIds }) => judgedItemIds)
  const units = attemptUnits(judged, items, await askedBefore(workshop, new Set(judged.flat())))
  const earlier = attempts.map(({ alpha }, index) => ({ alpha, judgedItemIds: units.judged[index] ?? [] }))
  return { ...nextAttempt(earlier, units.present), number: attempts.length + 1 }
}

/** What the judged items asked, from the cycles that asked it. Where that can't be read any more an item is known by its id alone. */
async function askedBefore({ home }: Pick<Workshop, 'home'>, ids: ReadonlySet<string>): Promise<Map<string, string>> {
  const inputs = new Map<string, string>()
  for (const { directory } of await listCyclesKept(home)) {
    const text = (await readTextIfPresent(path.join(stepDirectory(directory, 'prepare'), 'pinned.jsonl'))) ?? ''
    for (const item of text.split('\n').map(parseJson)) {
      if (!isFields(item) || typeof item['id'] !== 'string' || typeof item['input'] !== 'string') continue
      if (ids.has(item['id'])) inputs.set(item['id'], item['input'])
    }
  }
  return inputs
}
