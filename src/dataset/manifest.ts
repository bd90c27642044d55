import type { Fate } from '../learnings/fates.ts'
import { digestText } from '../state/files.ts'
import type { NearHeldOut, Training } from './choose-training.ts'
import { countBy } from './count-by.ts'
import { groupBy } from './group-by.ts'
import type { PinnedItem } from './pinned-item.ts'
import type { DatasetPlan } from './plan.ts'
import type { PreferenceRow } from './preferences.ts'
import type { Replay } from './replay.ts'
import type { AcceptedRetention } from './retention.ts'
import type { Conflict } from './resolve-conflict.ts'
import type { TrainingRow } from './rows.ts'
import { compareText, questionDigest } from './text-key.ts'

/** What went into the dataset, what did not and why. Holds no time and no name of a run, so the same input gives the same bytes. */
export interface DatasetManifest {
  schema_version: 1
  seed: number
  settings: DatasetPlan['input']['settings']
  learnings: {
    in: number
    used: number
    heldOut: number
    superseded: number
    /** By reason; references to other learnings left out. */
    excluded: Record<string, number>
    /** Up to three of each reason, the beginning of what was asked. */
    examples: Record<string, { id: string; input: string }[]>
    /** Answers too long to be held-out items. */
    longAnswers: number
  }
  /** Learnings that were left out for being near-duplicates of held-out items. */
  nearHeldOut: NearHeldOut[]
  corpus: { in: number; replayed: number; excluded: Record<string, number> }
  /** `preferences`: pairs of a correction and what it corrects, of the rows of train.jsonl. */
  rows: { train: number; valid: number; preferences: number }
  /** Private values that placeholders stand for in the rows, by kind. */
  redacted: Record<string, number>
  pinned: {
    total: number
    byOrigin: Record<string, number>
    /** Ids of the items pinned by this cycle. */
    new: string[]
    /** Retention candidates that the model in production answered wrong. */
    retentionFailed: number
    /** Near-duplicates among the items: clusters with more than one item. */
    clusters: number
  }
  /** `heldOut`: the question is a held-out item, whose expected answer the kept learning gives. */
  conflicts: (Conflict & { heldOut: boolean })[]
  /** Ascending by learning. */
  fates: Fate[]
  /** SHA-256 of each file, in hexadecimal. */
  digests: Record<string, string>
}

export interface DatasetParts {
  plan: DatasetPlan
  items: readonly PinnedItem[]
  retention: AcceptedRetention
  training: Training
  fates: Fate[]
  replay: Replay
  rows: { train: TrainingRow[]; valid: TrainingRow[] }
  preferences: readonly PreferenceRow[]
  rendered: Record<string, string>
}

export function describeDataset({
  plan,
  items,
  retention,
  training,
  fates,
  replay,
  rows,
  preferences,
  rendered,
}: DatasetParts): DatasetManifest {
  const { input, curated, heldOut } = plan
  const questions = new Set(items.map((item) => questionDigest(item.context, item.input)))
  const number = (fate: Fate['fate']): number => fates.filter((entry) => entry.fate === fate).length
  return {
    schema_version: 1,
    seed: input.settings.seed,
    settings: input.settings,
    learnings: {
      in: input.learnings.length,
      used: number('used'),
      heldOut: number('held-out'),
      superseded: number('superseded'),
      excluded: countBy(fates.filter((entry) => entry.fate === 'excluded').map((entry) => entry.reason ?? '')),
      examples: examplesOf(fates, plan),
      longAnswers: heldOut.longAnswers,
    },
    nearHeldOut: [...heldOut.near, ...training.near].sort((left, right) => compareText(left.id, right.id)),
    corpus: { in: input.corpus.length, replayed: replay.entries.length, excluded: countBy([], replay.excluded) },
    rows: { train: rows.train.length, valid: rows.valid.length, preferences: preferences.length },
    redacted: plan.redaction.countIn([...rows.train, ...rows.valid]),
    pinned: {
      total: items.length,
      byOrigin: countBy(items.map((item) => item.origin)),
      new: items.filter((item) => item.cycle === input.cycle).map((item) => item.id),
      retentionFailed: [...input.decisions, ...retention.decisions].filter((row) => row.decision === 'failed' && row.cycle === input.cycle)
        .length,
      clusters: new Set(items.flatMap(({ cluster }) => cluster ?? [])).size,
    },
    conflicts: curated.conflicts.map((conflict) => ({ ...conflict, heldOut: questions.has(conflict.question) })),
    fates,
    digests: Object.fromEntries(Object.entries(rendered).map(([name, content]) => [name, digestText(content)])),
  }
}

const shownExamples = 3
const shownCharacters = 80

function examplesOf(fates: readonly Fate[], { input, redaction }: DatasetPlan): Record<string, { id: string; input: string }[]> {
  const reasons = groupBy(
    fates.filter(({ fate }) => fate === 'excluded'),
    ({ reason }) => reason ?? '',
  )
  const asked = new Map(input.learnings.map((learning) => [learning.id, learning.input ?? '']))
  const shown = (id: string): string => [...redaction.text(asked.get(id) ?? '')].slice(0, shownCharacters).join('')
  const sorted = [...reasons].sort(([left], [right]) => compareText(left, right))
  return Object.fromEntries(
    sorted.map(([reason, members]) => [reason, members.slice(0, shownExamples).map(({ id }) => ({ id, input: shown(id) }))]),
  )
}
