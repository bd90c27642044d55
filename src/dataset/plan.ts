import type { Fate } from '../learnings/fates.ts'
import { simulationSource } from '../learnings/learning.ts'
import { curate } from './curate.ts'
import type { Curated, Example } from './curate.ts'
import { ownItems } from './dataset-input.ts'
import type { DatasetInput } from './dataset-input.ts'
import { standingDecisions } from './decision.ts'
import type { HoldoutDecision } from './decision.ts'
import { gradersFrom } from './graded-by.ts'
import { exchangesIn } from './held-out-guard.ts'
import { holdOut } from './hold-out.ts'
import type { HeldOut } from './hold-out.ts'
import { neighboursAmong } from './near-duplicates/neighbours.ts'
import type { Neighbours } from './near-duplicates/neighbours.ts'
import { rememberShingles } from './near-duplicates/shingles.ts'
import type { ShinglesFor } from './near-duplicates/shingles.ts'
import type { PinnedItem } from './pinned-item.ts'
import { reasonAgainst, textsIn } from './quality.ts'
import type { ReasonNotToUse } from './quality.ts'
import { redactionOf, textsOf } from './redaction.ts'
import type { Redaction } from './redaction.ts'
import { limitShares, overShareReason } from './limit-shares.ts'
import { planRetention } from './retention.ts'
import type { RetentionPlan } from './retention.ts'
import { retirementOf } from './retired-item.ts'
import { compareText, inputDigest } from './text-key.ts'
import { followOfferedItems, retireRegression } from './user-items.ts'

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
  const isRetired = retirementOf(input.retired ?? [])
  const standing = (isSimulated ? overlay(input.pinned, input.simulatedPinned) : input.pinned).filter((item) => !isRetired(item))
  const userGate = input.userGate.filter((item) => !isRetired(item))
  const offered = followOfferedItems(standing, { ...input, userGate }, { release, cycle })
  const retired = retireRegression(offered, { release, cycle })
  const known = [...decisions, ...retired.decisions]
  const redaction = redactionOf(input.settings, [...input.learnings, ...input.successes])
  const { fits = () => true } = input
  const reasonNotToUse: ReasonNotToUse = (exchange, others = []) =>
    redaction.refusalOf([...textsIn(exchange), ...others]) ?? reasonAgainst(exchange, fits)
  const { reasonToWait } = input
  const curated = withinShares(
    curate(input.learnings, { conflicts: input.settings.conflicts, reasonNotToUse, ...(reasonToWait && { reasonToWait }) }),
    input.maximumShare,
  )
  const shinglesFor = rememberShingles()
  const neighbours = neighboursAmong(inputsOf(curated.examples), shinglesFor)
  const own = ownItems(input)
  const gradedBy = gradersFrom(input.settings.graders)
  const heldOut = holdOut({
    examples: curated.examples,
    items: retired.items,
    own,
    decisions: known,
    release,
    cycle,
    gradedBy,
    shinglesFor,
    near: neighbours.pairs,
  })
  const retention = planRetention({
    ...input,
    gradedBy,
    successes: input.successes.filter((success) => redaction.refusalOf(textsOf(success)) === undefined),
    items: heldOut.items,
    taken: takenInputs(curated, [...heldOut.items, ...(input.retired ?? [])], known),
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

/** Before anything is held out, so that whoever gives most does not choose the questions either. */
function withinShares(curated: Curated, share: number | undefined): Curated {
  const { kept, surplus } = limitShares(curated.examples, share)
  const waiting = surplus.map(({ id, author }): Fate => ({ id, fate: 'excluded', reason: overShareReason(author, share ?? 1) }))
  return { ...curated, examples: kept, fates: [...curated.fates, ...waiting] }
}

/** By digest, ascending: the same whatever the order of the learnings. */
function inputsOf(examples: readonly Example[]): Map<string, string> {
  const inputs = new Map(examples.map(({ digest, input }) => [digest, input]))
  return new Map([...inputs].sort(([left], [right]) => compareText(left, right)))
}

/** Inputs that were corrected, are pinned or retired, or were ever trained on. */
function takenInputs(curated: Curated, items: readonly PinnedItem[], decisions: readonly HoldoutDecision[]): Set<string> {
  const taken = new Set(curated.examples.map(({ digest }) => digest))
  for (const item of items) taken.add(inputDigest(item.input))
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
