import type { Fate } from '../learnings/fates.ts'
import { contributorOf } from '../learnings/learning.ts'
import type { Learning } from '../learnings/learning.ts'
import type { Exchange, ReasonNotToUse } from './quality.ts'
import { resolve } from './resolve-conflict.ts'
import type { Conflict, ConflictRule } from './resolve-conflict.ts'
import { compareText, inputDigest, questionDigest } from './text-key.ts'
import { reasonToExclude } from './validate.ts'

/** A learning that can be trained on, with the others that it stands for. */
export interface Example {
  id: string
  input: string
  context: Learning['context']
  wanted: string
  /** What the model answered instead; null when that is not known. */
  wrong: string | null
  category: string
  /** Who it counts for; null when it names nobody. */
  author: string | null
  /** Digest of the normalised input. */
  digest: string
  /** Digest of normalised context and input. */
  question: string
  /** Ids of the learnings about the same question, oldest first, but the last is `id`. */
  learningIds: string[]
}

export interface Curated {
  /** Newest first. */
  examples: Example[]
  /** Those of the learnings that became no example. */
  fates: Fate[]
  conflicts: Conflict[]
}

export interface CurateOptions {
  /** Which of different corrections of one question stands. */
  conflicts?: ConflictRule
  reasonNotToUse?: ReasonNotToUse
  /** Why a learning has to wait, whatever it says. */
  reasonToWait?: (learning: Learning) => string | undefined
}

/**
 * Validates, and leaves one example a question: of learnings with the same normalised context and input one stands, by default the newest.
 * Newest is by time; undated learnings are older than dated ones, and among equals the order given (newest first) counts.
 */
export function curate(learnings: readonly Learning[], options: CurateOptions = {}): Curated {
  const { conflicts: rule = 'newest', reasonNotToUse = () => undefined, reasonToWait = () => undefined } = options
  const fates: Fate[] = []
  const questions = new Map<string, Learning[]>()
  for (const learning of newestFirst(learnings)) {
    const reason =
      reasonToExclude(learning) ??
      reasonToWait(learning) ??
      reasonNotToUse(exchangeOf(learning), learning.wrong === null ? [] : [learning.wrong])
    if (reason !== undefined) {
      fates.push({ id: learning.id, fate: 'excluded', reason })
      continue
    }
    const question = questionDigest(learning.context, learning.input ?? '')
    const group = questions.get(question)
    if (group) group.push(learning)
    else questions.set(question, [learning])
  }
  const examples: Example[] = []
  const conflicts: Conflict[] = []
  for (const [question, group] of questions) {
    const { kept, others, conflict, fates: ofOthers } = resolve(question, group, rule)
    fates.push(...ofOthers)
    if (kept) examples.push(exampleOf(question, kept, others))
    if (conflict) conflicts.push(conflict)
  }
  return { examples, fates, conflicts: conflicts.sort((left, right) => compareText(left.question, right.question)) }
}

const exchangeOf = ({ context, input, wanted }: Learning): Exchange => ({ context, input: input ?? '', answer: wanted ?? '' })

function exampleOf(question: string, kept: Learning, others: readonly Learning[]): Example {
  const { id, context, category } = kept
  const input = kept.input ?? ''
  const digest = context.length === 0 ? question : inputDigest(input)
  return {
    id,
    input,
    context,
    wanted: kept.wanted ?? '',
    wrong: kept.wrong,
    category,
    author: contributorOf(kept),
    digest,
    question,
    learningIds: [...others.map((learning) => learning.id).reverse(), id],
  }
}

export function newestFirst(learnings: readonly Learning[]): Learning[] {
  const dated = learnings.map((learning) => ({ learning, time: learning.at === null ? Number.NaN : Date.parse(learning.at) }))
  const rank = (time: number): number => (Number.isNaN(time) ? Number.NEGATIVE_INFINITY : time)
  return dated
    .sort((left, right) => (rank(left.time) === rank(right.time) ? 0 : rank(right.time) - rank(left.time)))
    .map(({ learning }) => learning)
}
