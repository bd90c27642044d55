import type { CorpusEntry } from '../corpora/port.ts'
import { GenesisError } from '../errors.ts'
import { itemKey } from '../evaluation/graders.ts'
import type { EvaluationItem } from '../evaluation/item.ts'
import type { Learning } from '../learnings/learning.ts'
import { isEncodable } from '../learnings/text.ts'
import { digestText } from '../state/files.ts'
import { newestFirst } from './curate.ts'
import type { HoldoutDecision } from './decision.ts'
import type { GradedBy } from './graded-by.ts'
import { canBeAnswer } from './pin.ts'
import type { Occasion } from './pin.ts'
import type { PinnedItem } from './pinned-item.ts'
import { compareText, drawOf, inputDigest, questionDigest } from './text-key.ts'
import { reasonUnfit } from './validate.ts'

/** This share of the corpus, by digest, is kept for retention items and never replayed. */
export const corpusRetentionShare = 0.1

export interface RetentionInput extends Occasion {
  gradedBy: GradedBy
  /** The items pinned so far. */
  items: readonly PinnedItem[]
  /** Digests of inputs that can't be retention items: pinned already, or trained on, now or ever. */
  taken: ReadonlySet<string>
  /** Digests of inputs that are answered in earlier turns of what is to be trained on: none but the user's own may be pinned, else that is lost. */
  taught: ReadonlySet<string>
  /** Whether an input is a near-duplicate of a learning's: likewise. */
  isNearLearning: (input: string) => boolean
  successes: readonly Learning[]
  corpus: readonly CorpusEntry[]
  userRetention: readonly EvaluationItem[]
  builtin: readonly EvaluationItem[]
  decisions: readonly HoldoutDecision[]
  /** Retention items aimed at. */
  target: number
}

/** `accepted` are retention items as they are; the others only if the model in production answers them right (design, section 5.1). */
export interface RetentionPlan extends Occasion {
  /** Successes: accepted in the field, so nobody is asked. */
  accepted: PinnedItem[]
  /** The user's own, all of them asked. */
  user: PinnedItem[]
  /** Corpus, then packaged ones: asked until the target is reached. */
  filling: PinnedItem[]
  /** Retention items there are without asking. */
  standing: number
  target: number
}

/** Chooses, each by digest: successes up to the target, the corpus up to half of it, packaged items for the rest. */
export function planRetention(input: RetentionInput): RetentionPlan {
  const { items, target, release, cycle } = input
  const taken = new Set(input.taken)
  const failed = new Set(input.decisions.filter((row) => row.decision === 'failed').map((row) => row.digest))
  const count = (origin: PinnedItem['origin']): number => items.filter((item) => item.origin === origin).length
  // Failed candidates use up the cap: a step that runs again after a crash must not ask others in their place.
  const claim = (candidates: readonly PinnedItem[], most = Infinity, isLost: (text: string) => boolean = () => false): PinnedItem[] => {
    const free: PinnedItem[] = []
    for (const candidate of candidates) {
      const digest = inputDigest(candidate.input)
      if (taken.has(digest)) continue
      if (free.length < most) {
        if (isLost(candidate.input)) continue
        free.push(candidate)
      }
      taken.add(digest)
    }
    return free.filter((candidate) => !failed.has(candidateDigest(candidate)))
  }
  const pin = (item: EvaluationItem, origin: PinnedItem['origin'], learningIds: string[] = []): PinnedItem => ({
    ...item,
    id: origin === 'builtin' ? item.id : `${origin}:${item.id}`,
    origin,
    release,
    learningIds,
    cycle,
  })
  const user = claim(input.userRetention.map((item) => pin(item, 'user-retention')))
  for (const digest of input.taught) taken.add(digest)
  const accepted = claim(
    successItems(input.successes, input.gradedBy).map(({ item, id }) => pin(item, 'success', [id])),
    target - count('success'),
    input.isNearLearning,
  )
  const corpus = claim(
    corpusItems(input.corpus, input.gradedBy).map((item) => pin(item, 'corpus')),
    Math.floor(target / 2) - count('corpus'),
    input.isNearLearning,
  )
  const builtin = claim(
    byDigest(input.builtin).map((item) => pin(item, 'builtin')),
    Infinity,
    input.isNearLearning,
  )
  const retention = items.filter((item) => item.origin !== 'learning' && item.origin !== 'user-gate').length
  return { accepted, user, filling: [...corpus, ...builtin], standing: retention + accepted.length, target, release, cycle }
}

/** Candidates asked in one go, and the share of right answers under which more of them are not worth the time. */
const roundSize = 100
const hopelessShare = 0.05

/**
 * What the model in production is to be asked next, given the scores so far; empty when nothing is left to ask, or when so few of the
 * filling candidates were answered right that the rest would not fill the gap either.
 */
export function retentionToAsk(plan: RetentionPlan, scores: ReadonlyMap<string, number>): PinnedItem[] {
  const unasked = plan.user.filter((item) => !scores.has(item.id))
  if (unasked.length > 0) return unasked
  const isRight = (item: PinnedItem): boolean => scores.get(item.id) === 1
  const asked = plan.filling.filter((item) => scores.has(item.id))
  if (asked.length >= roundSize && asked.filter(isRight).length < hopelessShare * asked.length) return []
  const right = [...plan.user, ...plan.filling].filter(isRight).length
  const wanted = Math.min(roundSize, Math.max(0, plan.target - plan.standing - right))
  return plan.filling.filter((item) => !scores.has(item.id)).slice(0, wanted)
}

export interface AcceptedRetention {
  items: PinnedItem[]
  /** For those that the model failed: they are not asked again. */
  decisions: HoldoutDecision[]
}

/** @throws GenesisError GI-GATE-DATA when an item that must be asked has no score */
export function acceptRetention(plan: RetentionPlan, scores: ReadonlyMap<string, number>): AcceptedRetention {
  const missing = retentionToAsk(plan, scores)[0]
  if (missing)
    throw new GenesisError('GI-GATE-DATA', { why: `the retention item ${missing.id} was not answered by the model in production` })
  const asked = [...plan.user, ...plan.filling].filter((item) => scores.has(item.id))
  const failed = asked.filter((item) => scores.get(item.id) !== 1)
  const { release, cycle } = plan
  return {
    items: [...plan.accepted, ...asked.filter((item) => scores.get(item.id) === 1)],
    decisions: failed.map((item) => ({ digest: candidateDigest(item), decision: 'failed', release, cycle })),
  }
}

/** Unlike a learning's digest it covers what is expected: an item whose answer was mended is a new candidate. */
const candidateDigest = (item: EvaluationItem): string => digestText(`retention ${itemKey(item)}`)

function successItems(successes: readonly Learning[], gradedBy: GradedBy): { item: EvaluationItem; id: string }[] {
  const items = newestFirst(successes).flatMap(({ id, input, context, wanted: expected, category }) => {
    if (input === null || expected === null || !canBeAnswer(expected)) return []
    if (reasonUnfit([input, expected]) !== undefined || !context.every(({ content }) => isEncodable(content))) return []
    return [{ id, digest: inputDigest(input), item: itemOf({ input, context, expected, category }, gradedBy) }]
  })
  const sorted = items.sort((left, right) => compareText(left.digest, right.digest))
  return sorted.map(({ id, item }) => ({ id, item }))
}

/** The same input after other turns is another item. */
function itemOf(item: Omit<EvaluationItem, 'id' | 'grader'>, gradedBy: GradedBy): EvaluationItem {
  return { id: questionDigest(item.context, item.input).slice(0, 16), ...item, grader: gradedBy(item) }
}

/** Whether an entry belongs to the share of the corpus that is kept for retention items. */
export const isKeptForRetention = (digest: string): boolean => drawOf('retention', digest) < corpusRetentionShare

function corpusItems(corpus: readonly CorpusEntry[], gradedBy: GradedBy): EvaluationItem[] {
  const kept = corpus.flatMap(({ input, output, category, context = [] }) => {
    if (!canBeAnswer(output) || reasonUnfit([input, output]) !== undefined) return []
    return isKeptForRetention(inputDigest(input)) ? [itemOf({ input, context, expected: output, category }, gradedBy)] : []
  })
  return kept.sort((left, right) => compareText(left.id, right.id))
}

const byDigest = (items: readonly EvaluationItem[]): EvaluationItem[] =>
  items
    .map((item) => ({ item, digest: inputDigest(item.input) }))
    .sort((left, right) => compareText(left.digest, right.digest))
    .map(({ item }) => item)
