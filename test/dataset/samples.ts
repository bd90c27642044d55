import type { CorpusEntry } from '../../src/corpora/port.ts'
import type { PinnedItem } from '../../src/dataset/pinned-item.ts'
import type { DatasetInput } from '../../src/dataset/dataset-input.ts'
import { retentionToAsk } from '../../src/dataset/retention.ts'
import type { DatasetPlan } from '../../src/dataset/plan.ts'
import type { EvaluationItem } from '../../src/evaluation/item.ts'
import { Config } from '../../src/config/schema.ts'
import type { Learning } from '../../src/learnings/learning.ts'

const start = Date.UTC(2025, 0, 1)

/** A correction; `minute` is when it happened. */
export function correction(minute: number, changes: Partial<Learning> = {}): Learning {
  return {
    id: `learning-${minute}`,
    kind: 'correction',
    input: `question ${minute}`,
    context: [],
    wanted: `answer ${minute}`,
    wrong: null,
    category: 'general',
    at: new Date(start + minute * 60_000).toISOString(),
    source: null,
    ...changes,
  }
}

export const corrections = (count: number, changes: Partial<Learning> = {}): Learning[] =>
  Array.from({ length: count }, (_, minute) => correction(minute, changes)).reverse()

export const corpusOf = (count: number): CorpusEntry[] =>
  Array.from({ length: count }, (_, index) => ({
    id: `entry-${index}`,
    input: `old question ${index}`,
    output: `old answer ${index}`,
    category: 'old',
  }))

export const item = (id: string, changes: Partial<EvaluationItem> = {}): EvaluationItem => ({
  id,
  input: `item ${id}`,
  context: [],
  expected: 'yes',
  grader: { kind: 'exact' },
  category: 'general',
  ...changes,
})

export function inputOf(changes: Partial<DatasetInput> = {}): DatasetInput {
  return {
    cycle: 'cycle-20250601-000000',
    release: 'genesis-base',
    learnings: [],
    successes: [],
    corpus: [],
    userGate: [],
    userRetention: [],
    builtin: [],
    pinned: [],
    simulatedPinned: [],
    decisions: [],
    settings: Config.parse({}).dataset,
    ...changes,
  }
}

/** Asks a model that answers right what `isRight` says, as the step does. */
export function ask(plan: DatasetPlan, isRight: (item: PinnedItem) => boolean = () => true): Map<string, number> {
  const scores = new Map<string, number>()
  for (let next = retentionToAsk(plan.retention, scores); next.length > 0; next = retentionToAsk(plan.retention, scores)) {
    for (const candidate of next) scores.set(candidate.id, isRight(candidate) ? 1 : 0)
  }
  return scores
}
