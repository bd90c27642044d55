import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Config } from '../config/schema.ts'
import { PinnedItem, stratumOf } from '../dataset/pinned-item.ts'
import type { Stratum } from '../evaluation/item.ts'
import { clustersOf } from '../gate/clusters.ts'
import { failureShare, givenFailureShare } from '../gate/failure-share.ts'
import type { SelfTestQuestion } from '../gate/self-test.ts'
import { readState } from '../state/store.ts'
import { cycleDirectory, listCycles, stepDirectory } from './cycle-directory.ts'
import { readJudgedItems } from './judged-item.ts'
import { lookAround } from './look.ts'
import { afterAllCycles, nextAttemptOn } from './next-attempt.ts'
import type { Workshop } from './parts.ts'

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
  const { cycle, items, clusters } = await newestItems(workshop)
  const asked = items.map((item) => ({ ...item, cluster: clusters.get(item.id) }))
  const { alpha, number } = await nextAttemptOn(workshop, { id: afterAllCycles, baseline: state.current_model }, asked)
  const rows = items.map((item) => ({ stratum: stratumOf(item, state.current_model), cluster: clusters.get(item.id) }))
  const sizeOf = (stratum: Stratum): number => clustersOf(rows.filter((row) => row.stratum === stratum)).length
  const given = config.gate.failureShare
  return {
    cycle,
    attempts: number - 1,
    sizes: cycle === null ? sizesToAimAt : { gate: sizeOf('gate'), retention: sizeOf('retention') },
    failureShare:
      given === undefined ? failureShare((await lookAround(workshop, config, state)).learnings.outcomes) : givenFailureShare(given),
    limits: { alpha, minimumGain: config.gate.minimumGain, margin: config.gate.margin },
  }
}

export interface NewestItems {
  cycle: string | null
  items: PinnedItem[]
  /** Names of the clusters by item, of those that have one. */
  clusters: Map<string, string | undefined>
}

/** The items that the newest cycle prepared which came that far. */
export async function newestItems({ home }: Pick<Workshop, 'home'>): Promise<NewestItems> {
  for (const cycle of (await listCycles(home)).reverse()) {
    const prepared = stepDirectory(cycleDirectory(home, cycle), 'prepare')
    if (!existsSync(path.join(prepared, 'baseline.jsonl'))) continue
    const text = await readFile(path.join(prepared, 'pinned.jsonl'), 'utf8')
    const items = text.split('\n').flatMap((line) => (line === '' ? [] : PinnedItem.parse(JSON.parse(line))))
    const judged = await readJudgedItems(path.join(prepared, 'baseline.jsonl'))
    return { cycle, items, clusters: new Map(judged.map(({ id, cluster }) => [id, cluster])) }
  }
  return { cycle: null, items: [], clusters: new Map() }
}
