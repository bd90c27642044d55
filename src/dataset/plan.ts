import type { Config } from '../config/schema.ts'
import type { CorpusEntry } from '../corpora/port.ts'
import type { EvaluationItem } from '../evaluation/item.ts'
import { simulationSource } from '../learnings/learning.ts'
import type { Learning } from '../learnings/learning.ts'
import { curate } from './curate.ts'
import type { Curated, Example } from './curate.ts'
import { standingDecisions } from './decision.ts'
import type { HoldoutDecision } from './decision.ts'
import { exchangesIn } from './held-out-guard.ts'
import { holdOut } from './hold-out.ts'
import type { HeldOut } from './hold-out.ts'
import { neighboursAmong } from './near-duplicates/neighbours.ts'
import type { Neighbours } from './near-duplicates/neighbours.ts'
import { rememberShingles } from './near-duplicates/shingles.ts'
import type { ShinglesFor } from './near-duplicates/shingles.ts'
import type { PinnedItem } from './pinned-item.ts'
import { reasonAgainst, textsIn } from './quality.ts'
import type { Fits, ReasonNotToUse } from './quality.ts'
import { redactionOf, textsOf } from './redaction.ts'
import type { Redaction } from './redaction.ts'
import { planRetention } from './retention.ts'
import type { RetentionPlan } from './retention.ts'
import { compareText, inputDigest } from './text-key.ts'
import { followOfferedItems, retireRegression } from './user-items.ts'

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
  /** data/holdout.jsonl, oldest first. */
  decisions: readonly HoldoutDecision[]
  settings: Config['dataset']
  /** Whether a training step can see a conversation whole; all fit when the trainer doesn't say. */
  fits?: Fits | undefined
}

/** What is decided before the model in production is asked about retention candidates. */
export interface DatasetPlan {
  input: DatasetInput
  /** The snapshot holds simulated learnings: nothing of this cycle goes into the real pinned file. */
  isSimulated: boolean
  curated: Curated
  heldOut: HeldOut
  retention: RetentionPlan
  redaction: Redaction
  reasonNotToUse: ReasonNotToUse
  /** Remembers what it made for the inputs of this dataset. */
  shinglesFor: ShinglesFor
  /** Of the learnings. */
  neighbours: Neighbours
  /** New lines for data/holdout.jsonl so far. */
  decisions: HoldoutDecision[]
}

/**
 * First phase: curates, holds out, and chooses retention candidates. The caller then asks the model in production what `retentionToAsk` names, until
 * it names nothing, and calls `prepareDataset`. Running it again after a crash, with what had been written by then, gives the same dataset.
 */
export function planDataset(input: DatasetInput): DatasetPlan {
  const { release, cycle } = input
  const isSimulated = [...input.learnings, ...input.successes].some(({ source }) => source === simulationSource)
  const decisions = input.decisions.filter((row) => isSimulated || row.simulated !== true)
  const offered = followOfferedItems(isSimulated ? overlay(input.pinned, input.simulatedPinned) : input.pinned, input, { release, cycle })
  const retired = retireRegression(offered, { release, cycle })
  const known = [...decisions, ...retired.decisions]
  const redaction = redactionOf(input.settings, [...input.learnings, ...input.successes])
  const { fits = () => true } = input
  const reasonNotToUse: ReasonNotToUse = (exchange, others = []) =>
    redaction.refusalOf([...textsIn(exchange), ...others]) ?? reasonAgainst(exchange, fits)
  const curated = curate(input.learnings, { conflicts: input.settings.conflicts, reasonNotToUse })
  const shinglesFor = rememberShingles()
  const neighbours = neighboursAmong(inputsOf(curated.examples), shinglesFor)
  const own = [...input.userGate, ...input.userRetention]
  const heldOut = holdOut({
    examples: curated.examples,
    items: retired.items,
    own,
    decisions: known,
    release,
    cycle,
    shinglesFor,
    near: neighbours.pairs,
  })
  const retention = planRetention({
    ...input,
    successes: input.successes.filter((success) => redaction.refusalOf(textsOf(success)) === undefined),
    items: heldOut.items,
    taken: takenInputs(curated, heldOut, known),
    taught: taughtInputs(heldOut.training),
    isNearLearning: neighbours.isNear,
    decisions: known,
    target: input.settings.retentionTarget,
  })
  return {
    input,
    isSimulated,
    curated,
    heldOut,
    retention,
    redaction,
    reasonNotToUse,
    shinglesFor,
    neighbours,
    decisions: [...retired.decisions, ...heldOut.decisions],
  }
}

/** By digest, ascending: the same whatever the order of the learnings. */
function inputsOf(examples: readonly Example[]): Map<string, string> {
  const inputs = new Map(examples.map(({ digest, input }) => [digest, input]))
  return new Map([...inputs].sort(([left], [right]) => compareText(left, right)))
}

/** Inputs that were corrected, are pinned, or were ever trained on. */
function takenInputs(curated: Curated, heldOut: HeldOut, decisions: readonly HoldoutDecision[]): Set<string> {
  const taken = new Set(curated.examples.map(({ digest }) => digest))
  for (const item of heldOut.items) taken.add(inputDigest(item.input))
  for (const digest of standingDecisions(decisions).keys()) taken.add(digest)
  return taken
}

function taughtInputs(training: readonly Example[]): Set<string> {
  return new Set(training.flatMap(({ context }) => exchangesIn(context).map(({ question }) => inputDigest(question))))
}

/** Items of the second list stand in for those of the first with the same id. */
function overlay(pinned: readonly PinnedItem[], simulated: readonly PinnedItem[]): PinnedItem[] {
  const ids = new Set(simulated.map(({ id }) => id))
  return [...pinned.filter(({ id }) => !ids.has(id)), ...simulated]
}
