import type { Fate } from '../learnings/fates.ts'
import type { Example } from './curate.ts'
import { standingDecisions } from './decision.ts'
import type { HoldoutDecision } from './decision.ts'
import { groupBy } from './group-by.ts'
import { quotaOf, takeInProportion } from './hold-out-rate.ts'
import { canBeAnswer, heldOutReason, pinExample, renewItems, tooLongReason } from './pin.ts'
import type { Renewal } from './pin.ts'
import type { PinnedItem } from './pinned-item.ts'
import { inputDigest } from './text-key.ts'

/** With so many gate items of the user's own for a release, none of its failures are held out. */
export const userGateSuffices = 100

export interface HoldOutInput {
  /** Newest first. */
  examples: readonly Example[]
  /** Everything that is pinned, the user's gate items included. */
  items: readonly PinnedItem[]
  /** Digests of the inputs of the user's own items, pinned or not: no learning may replace or train on them. */
  reserved: ReadonlySet<string>
  decisions: readonly HoldoutDecision[]
  /** The release in production. */
  release: string
  cycle: string
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
  /** Examples whose answer is too long to be an item. */
  longAnswers: number
}

/** All examples with the same normalised input, newest first: held out, or trained on, together. */
interface Unit {
  digest: string
  /** Of the newest example. */
  category: string
  examples: Example[]
  /** The newest example that can be an item. */
  candidate: Example | undefined
}

type Outcome = { training: boolean; decision?: HoldoutDecision } & Partial<Renewal>

/**
 * Decides, once and for all, which failures are held out (design, section 5.9): earlier decisions stand; what is new and can be an item is drawn
 * by digest, in proportion by category, at the rate of the release in production.
 */
export function holdOut(input: HoldOutInput): HeldOut {
  const standing = standingDecisions(input.decisions)
  const itemsOf = groupBy(input.items, (item) => inputDigest(item.input))
  const units = [...groupBy(input.examples, (example) => example.digest)].map(unitOf)
  const outcomes = new Map(units.map((unit) => [unit, settle(unit, input, itemsOf.get(unit.digest) ?? [], standing.get(unit.digest))]))
  const fresh = units.filter((unit) => outcomes.get(unit) === undefined)
  const enough = input.items.filter((item) => item.origin === 'user-gate' && item.release === input.release).length >= userGateSuffices
  const { seen, held } = tally(input, standing)
  const drawn = enough ? new Set<Unit>() : takeInProportion(fresh, quotaOf(fresh.length, seen, held))
  for (const unit of fresh)
    outcomes.set(unit, drawn.has(unit) ? pinUnit(unit, input) : trainUnit(unit, input, enough ? 'user-gate-suffices' : undefined))
  return combine(input, units, outcomes)
}

function unitOf([digest, examples]: [string, Example[]]): Unit {
  return { digest, examples, category: examples[0]?.category ?? '', candidate: examples.find(({ wanted }) => canBeAnswer(wanted)) }
}

/** What is decided about a unit already; undefined when it is to be drawn. */
function settle(unit: Unit, input: HoldOutInput, items: readonly PinnedItem[], decided: HoldoutDecision | undefined): Outcome | undefined {
  if (input.reserved.has(unit.digest)) return { training: false, fates: excludeAll(unit, heldOutReason) }
  if (items.length > 0) {
    const renewal = renewItems(items, unit.examples, input)
    return {
      training: false,
      ...renewal,
      ...(!decided && { decision: decisionAbout(unit, 'pinned', renewal.items[0] ?? input, input.cycle) }),
    }
  }
  if (decided?.decision === 'training') return { training: true }
  if (decided) return unit.candidate ? pinUnit(unit, decided, false) : { training: false, fates: excludeAll(unit, tooLongReason) }
  return unit.candidate ? undefined : trainUnit(unit, input, 'answer-too-long')
}

/** Failures under the release in production that the rate was applied to, and how many of them are held out. */
function tally({ items, release }: HoldOutInput, standing: ReadonlyMap<string, HoldoutDecision>): { seen: number; held: number } {
  const drawn = [...standing.values()].filter((row) => row.release === release && row.why === undefined)
  const held = new Set(drawn.filter((row) => row.decision === 'pinned').map((row) => row.digest))
  const trained = drawn.length - held.size
  for (const item of items) if (item.origin === 'learning' && item.release === release) held.add(inputDigest(item.input))
  return { seen: held.size + trained, held: held.size }
}

function pinUnit(unit: Unit, occasion: { release: string; cycle: string }, isNew = true): Outcome {
  const { candidate } = unit
  if (!candidate) return { training: false, fates: excludeAll(unit, tooLongReason) }
  const fates = unit.examples.map(({ id }): Fate =>
    id === candidate.id ? { id, fate: 'held-out' } : { id, fate: 'excluded', reason: heldOutReason },
  )
  const items = [pinExample(candidate, occasion)]
  return { training: false, items, fates, ...(isNew && { decision: decisionAbout(unit, 'pinned', occasion, occasion.cycle) }) }
}

function trainUnit(unit: Unit, { release, cycle }: HoldOutInput, why: HoldoutDecision['why']): Outcome {
  return { training: true, decision: { ...decisionAbout(unit, 'training', { release }, cycle), ...(why && { why }) } }
}

function decisionAbout(unit: Unit, decision: 'pinned' | 'training', { release }: { release: string }, cycle: string): HoldoutDecision {
  return { digest: unit.digest, decision, release, cycle }
}

const excludeAll = (unit: Unit, reason: string): Fate[] => unit.examples.map(({ id }) => ({ id, fate: 'excluded', reason }))

function combine(input: HoldOutInput, units: readonly Unit[], outcomes: ReadonlyMap<Unit, Outcome | undefined>): HeldOut {
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
    longAnswers: input.examples.filter(({ wanted }) => !canBeAnswer(wanted)).length,
  }
}
