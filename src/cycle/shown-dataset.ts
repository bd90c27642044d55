import path from 'node:path'
import { z } from 'zod'
import { parseJson } from '../evaluation/json-equal.ts'
import { readTextIfPresent } from '../state/files.ts'

const counts = z.record(z.string(), z.number()).catch({})
const list = z.array(z.unknown()).catch([])

/** What `show` tells of prepare/manifest.json; cycles of earlier versions have less in it. */
const ShownManifest = z.object({
  learnings: z.object({
    in: z.number(),
    used: z.number(),
    heldOut: z.number(),
    superseded: z.number(),
    excluded: counts,
    examples: z.record(z.string(), z.array(z.object({ id: z.string(), input: z.string() }))).catch({}),
  }),
  corpus: z.object({ in: z.number(), replayed: z.number(), excluded: counts }),
  redacted: counts,
  conflicts: list,
  pinned: z.object({ clusters: z.number().catch(0) }).catch({ clusters: 0 }),
  rows: z.object({ preferences: z.number().catch(0) }).catch({ preferences: 0 }),
})

/** What became of the learnings in one cycle. */
export interface ShownDataset {
  learnings: { in: number; used: number; heldOut: number; superseded: number }
  /** Learnings that were left out, most first, with up to three examples each. */
  excluded: { reason: string; count: number; examples: { id: string; input: string }[] }[]
  corpus: { in: number; replayed: number; excluded: Record<string, number> }
  /** Private values that placeholders stand for, by kind. */
  redacted: Record<string, number>
  /** Questions with different corrections. */
  conflicts: number
  /** Clusters of near-duplicates among the held-out items. */
  clusters: number
  /** Pairs of a correction and what it corrects. */
  preferences: number
}

/** Null before `prepare`, and for a manifest that can't be read: `show` shows the rest. */
export async function readShownDataset(prepareDirectory: string): Promise<ShownDataset | null> {
  const text = await readTextIfPresent(path.join(prepareDirectory, 'manifest.json'))
  const manifest = text === undefined ? undefined : ShownManifest.safeParse(parseJson(text)).data
  if (manifest === undefined) return null
  const { excluded, examples, ...learnings } = manifest.learnings
  return {
    learnings,
    excluded: Object.entries(excluded)
      .map(([reason, count]) => ({ reason, count, examples: examples[reason] ?? [] }))
      .sort((left, right) => right.count - left.count),
    corpus: manifest.corpus,
    redacted: manifest.redacted,
    conflicts: manifest.conflicts.length,
    clusters: manifest.pinned.clusters,
    preferences: manifest.rows.preferences,
  }
}
