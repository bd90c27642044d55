import { existsSync } from 'node:fs'
import path from 'node:path'
import type { Config } from '../config/schema.ts'
import { stratumOf } from '../dataset/pinned-item.ts'
import type { PinnedItem } from '../dataset/pinned-item.ts'
import type { Stratum } from '../evaluation/item.ts'
import { clustersOf } from '../gate/clusters.ts'
import type { SelfTestQuestion } from '../gate/self-test.ts'
import { readState } from '../state/store.ts'
import { cycleDirectory, listCycles, stepDirectory } from './cycle-directory.ts'
import { afterAllCycles, nextAttemptOn } from './next-attempt.ts'
import type { Workshop } from './parts.ts'
import { readPreparedItems } from './prepared-items.ts'
import { shareOf } from './share-of.ts'

export interface OwnSets extends SelfTestQuestion {
  /** The cycle that prepared the items; null where none has yet, and the sizes are those to aim at. */
  cycle: string | null
  /** Attempts made on the model in production; the level follows from them. */
  attempts: number
}

/** Retention is the tighter limit (design, section 5.9). */
const sizesToAimAt = { gate: 40, retention: 200 }

/** What the next candidate in this home would be judged by: how many items, which failure share, which level. Changes nothing. */
export async function ownSets(workshop: Workshop, config: Config): Promise<OwnSets> {
  const { state } = await readState(workshop.home)
  const { cycle, items } = await newestItems(workshop)
  const { alpha, number } = await nextAttemptOn(workshop, { id: afterAllCycles, baseline: state.current_model }, items)
  const rows = items.map(({ cluster, ...item }) => ({ stratum: stratumOf(item, state.current_model), cluster }))
  const sizeOf = (stratum: Stratum): number => clustersOf(rows.filter((row) => row.stratum === stratum)).length
  return {
    cycle,
    attempts: number - 1,
    sizes: cycle === null ? sizesToAimAt : { gate: sizeOf('gate'), retention: sizeOf('retention') },
    failureShare: await shareOf(workshop, config),
    limits: { alpha, minimumGain: config.gate.minimumGain, margin: config.gate.margin },
  }
}

/** The items that the newest cycle prepared which came that far. */
export async function newestItems({ home }: Pick<Workshop, 'home'>): Promise<{ cycle: string | null; items: PinnedItem[] }> {
  for (const cycle of (await listCycles(home)).reverse()) {
    const prepared = stepDirectory(cycleDirectory(home, cycle), 'prepare')
    if (existsSync(path.join(prepared, 'baseline.jsonl'))) return { cycle, items: await readPreparedItems(prepared) }
  }
  return { cycle: null, items: [] }
}
