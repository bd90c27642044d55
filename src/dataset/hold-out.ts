import type { EvaluationItem } from '../evaluation/item.ts'
import type { Fate } from '../learnings/fates.ts'
import type { NearHeldOut } from './choose-training.ts'
import type { Example } from './curate.ts'
import type { GradedBy } from './graded-by.ts'
import { decideClusters } from './decide-clusters.ts'
import type { Side } from './decide-clusters.ts'
import { standingDecisions } from './decision.ts'
import type { HoldoutDecision } from './decision.ts'
import { groupBy } from './group-by.ts'
import { guardHeldOut, nearHeldOutReason } from './held-out-guard.ts'
import { unitOf } from './hold-out-unit.ts'
import type { Unit } from './hold-out-unit.ts'
import type { Neighbours } from './near-duplicates/neighbours.ts'
import type { ShinglesFor } from './near-duplicates/shingles.ts'
import { canBeAnswer, heldOutReason, pinExample, renewItems, tooLongReason } from './pin.ts'
import type { Occasion, Renewal } from './pin.ts'
import type { PinnedItem } from './pinned-item.ts'
import { tally } from './tally.ts'
import { inputDigest } from './text-key.ts'

/** With so many gate items of the user's own for a release, none of its failures are held out. */
export const userGateSuffices = 100

export interface HoldOutInput {
  /** Newest first. */
  examples: readonly Example[]
  /** Everything that is pinned, the user's gate items included. */
  items: readonly PinnedItem[]
  /** The user's own items, pinned or not: no learning may replace or train on them. */
  own: readonly EvaluationItem[]
  decisions: readonly HoldoutDecision[]
  /** The release in production. */
  release: string
  cycle: string
  gradedBy: GradedBy
  shinglesFor: ShinglesFor
  /** Near-duplicates among the inputs of the examples, by their digests. */
  near: Neighbours['pairs']
}

export interface HeldOut {
  /** The pinned items after this, replaced answers and new items included. */
  items: PinnedItem[]
  /** Ids of pinned items whose expected answer a newer correction replaced. */
  replaced: string[]
  /** What is to be appended to data/holdout.jsonl. */
  decisions: HoldoutDecision[]
  /** Newest first. */
  training: Example[]
  /** Of the examples that are not for training. */
  fates: Fate[]
  /** Those of them that are near-duplicates of held-out items. */
  near: NearHeldOut[]
  /** Examples whose answer is too long to be an item. */
  longAnswers: number
}

type Outcome = { training: boolean; decision?: HoldoutDecision; near?: string } & Partial<Renewal>

/**
 * Decides, once and for all, which failures are held out (design, section 5.9): earlier decisions stand, and near-duplicates of held-out items are
 * left out; what is new and can be an item is drawn by digest, in proportion by category, at the rate of the release in production.
 */
export function holdOut(input: HoldOutInput): HeldOut {
  const standing = standingDecisions(input.decisions)
  const itemsOf = groupBy(input.items, (item) => inputDigest(item.input))
  const reserved = new Set(input.own.map((item) => inputDigest(item.input)))
  const units = [...groupBy(input.examples, (example) => example.digest)].map(unitOf)
  const outcomes = new Map<Unit, Outcome>()
  const trained = new Map<Unit, HoldoutDecision>()
  for (const unit of units) {
    const decided = standing.get(unit.digest)
    const outcome = reserved.has(unit.digest)
      ? { training: false, fates: excludeAll(unit, heldOutReason) }
      : settle(unit, input, itemsOf.get(unit.digest) ?? [], decided)
    if (outcome) outcomes.set(unit, outcome)
    if (outcome?.training && decided) trained.set(unit, decided)
  }
  const guard = guardHeldOut([...input.items, ...itemsIn(outcomes), ...input.own], input.shinglesFor)
  for (const unit of units) {
    const item = outcomes.has(unit) ? undefined : guard.nearest(unit.input)
    if (item !== undefined) outcomes.set(unit, { training: false, fates: excludeAll(unit, nearHeldOutReason), near: item })
  }
  const fresh = units.filter((unit) => !outcomes.has(unit))
  const enough = input.items.filter((item) => item.origin === 'user-gate' && item.release === input.release).length >= userGateSuffices
  const { near } = input
  for (const [unit, side] of decideClusters({ fresh, trained, enough, ...tally(input, standing), near }))
    outcomes.set(unit, side.decision === 'pinned' ? pinUnit(unit, input, input.gradedBy, side) : trainUnit(unit, input, side))
  return combine(input, units, outcomes)
}

const itemsIn = (outcomes: ReadonlyMap<Unit, Outcome>): PinnedItem[] => [...outcomes.values()].flatMap(({ items }) => items ?? [])

/** What is decided about a unit already; undefined when it is to be drawn. */
function settle(unit: Unit, input: HoldOutInput, items: readonly PinnedItem[], decided: HoldoutDecision | undefined): Outcome | undefined {
  if (items.length > 0) {
    const renewal = renewItems(items, unit.examples, input, input.gradedBy)
    return {
      training: false,
      ...renewal,
      ...(!decided && { decision: decisionAbout(unit, 'pinned', renewal.items[0] ?? input, input.cycle) }),
    }
  }
  if (decided?.decision === 'training') return { training: true }
  return decided && pinUnit(unit, decided, input.gradedBy)
}

/** `side`: of a unit that was only now decided about. */
function pinUnit(unit: Unit, occasion: Occasion, gradedBy: GradedBy, side?: Side): Outcome {
  const { candidate } = unit
  const decision = side && { ...decisionAbout(unit, 'pinned', occasion, occasion.cycle), ...side }
  if (!candidate) return { training: false, fates: excludeAll(unit, tooLongReason), ...(decision && { decision }) }
  const fates = unit.examples.map(({ id }): Fate =>
    id === candidate.id ? { id, fate: 'held-out' } : { id, fate: 'excluded', reason: heldOutReason },
  )
  return { training: false, items: [pinExample(candidate, occasion, gradedBy)], fates, ...(decision && { decision }) }
}

function trainUnit(unit: Unit, { release, cycle }: HoldOutInput, side: Side): Outcome {
  return { training: true, decision: { ...decisionAbout(unit, 'training', { release }, cycle), ...side } }
}

function decisionAbout(unit: Unit, decision: 'pinned' | 'training', { release }: { release: string }, cycle: string): HoldoutDecision {
  return { digest: unit.digest, decision, release, cycle }
}

const excludeAll = (unit: Unit, reason: string): Fate[] => unit.examples.map(({ id }) => ({ id, fate: 'excluded', reason }))

function combine(input: HoldOutInput, units: readonly Unit[], outcomes: ReadonlyMap<Unit, Outcome>): HeldOut {
  const reached = units.map((unit) => ({ unit, outcome: outcomes.get(unit) ?? { training: false } }))
  const training = new Set(reached.filter(({ outcome }) => outcome.training).map(({ unit }) => unit.digest))
  const renewed = new Set(reached.filter(({ outcome }) => outcome.items !== undefined).map(({ unit }) => unit.digest))
  return {
    items: [
      ...input.items.filter((item) => !renewed.has(inputDigest(item.input))),
      ...reached.flatMap(({ outcome }) => outcome.items ?? []),
    ],
    replaced: reached.flatMap(({ outcome }) => outcome.replaced ?? []),
    decisions: reached.flatMap(({ outcome }) => outcome.decision ?? []),
    training: input.examples.filter((example) => training.has(example.digest)),
    fates: reached.flatMap(({ outcome }) => outcome.fates ?? []),
    near: reached.flatMap(({ unit, outcome: { near } }) => (near === undefined ? [] : unit.examples.map(({ id }) => ({ id, item: near })))),
    longAnswers: input.examples.filter(({ wanted }) => !canBeAnswer(wanted)).length,
  }
}
