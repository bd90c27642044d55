import type { Config } from '../config/schema.ts'
import type { CorpusEntry } from '../corpora/port.ts'
import type { EvaluationItem } from '../evaluation/item.ts'
import type { Learning } from '../learnings/learning.ts'
import type { HoldoutDecision } from './decision.ts'
import type { PinnedItem } from './pinned-item.ts'
import type { Fits } from './quality.ts'
import type { RetiredItem } from './retired-item.ts'

/** Everything the dataset is made from, already read. */
export interface DatasetInput {
  cycle: string
  /** The release in production ("genesis-base" at first). */
  release: string
  /** All usable learnings of the snapshot, whatever their fate; newest first (undated ones: last written first). Ids are unique. */
  learnings: readonly Learning[]
  /** Learnings of the kind success, in the same order. */
  successes: readonly Learning[]
  /** In the corpus's own, stable order. */
  corpus: readonly CorpusEntry[]
  /** data/gate.jsonl */
  userGate: readonly EvaluationItem[]
  /** data/retention.jsonl */
  userRetention: readonly EvaluationItem[]
  /** The packaged retention items. */
  builtin: readonly EvaluationItem[]
  /** data/pinned.jsonl */
  pinned: readonly PinnedItem[]
  /** data/pinned-simulated.jsonl; counts only when the snapshot holds simulated learnings. */
  simulatedPinned: readonly PinnedItem[]
  /** data/retired.jsonl: never judged again, and still not trained on. */
  retired?: readonly RetiredItem[]
  /** data/holdout.jsonl, oldest first. */
  decisions: readonly HoldoutDecision[]
  settings: Config['dataset']
  /** Whether a checkpoint or a LoRA scale will be chosen: then questions are set aside for that. */
  isChosen?: boolean
  /** Most of the training that one author may give, 0 to 1; any share when left out. */
  maximumShare?: number | undefined
  /** Why a learning has to wait, whatever it says. */
  reasonToWait?: ((learning: Learning) => string | undefined) | undefined
  /** Whether a training step can see a conversation whole; all fit when the trainer doesn't say. */
  fits?: Fits | undefined
}

/** What no learning may replace or train on, pinned or not: the user's own items, and what was retired. */
export const ownItems = ({ userGate, userRetention, retired = [] }: DatasetInput): EvaluationItem[] => [
  ...userGate,
  ...userRetention,
  ...retired,
]
