import type { Fate } from '../learnings/fates.ts'
import type { Learning } from '../learnings/learning.ts'
import { textsOf } from './redaction.ts'
import { compareText, inputDigest, isSameAnswer, questionDigest } from './text-key.ts'
import { reasonToExclude } from './validate.ts'

/** A learning that can be trained on, with the older ones that it replaces. */
export interface Example {
  id: string
  input: string
  context: Learning['context']
  wanted: string
  category: string
  /** Digest of the normalised input. */
  digest: string
  /** Digest of normalised context and input. */
  question: string
  /** Ids of the learnings about the same question, oldest first; the last is `id`. */
  learningIds: string[]
}

/** Learnings that want different answers to the same question; the newest wins. */
export interface Conflict {
  question: string
  kept: string
  superseded: string[]
}

export interface Curated {
  /** Newest first. */
  examples: Example[]
  /** Those of the learnings that became no example. */
  fates: Fate[]
  conflicts: Conflict[]
}

/**
 * Validates, and leaves one example a question: of learnings with the same normalised context and input the newest stands. Newest is by time;
 * undated learnings are older than dated ones, and among equals the order given (newest first) counts.
 */
export function curate(
  learnings: readonly Learning[],
  refusalOf: (texts: readonly string[]) => string | undefined = () => undefined,
): Curated {
  const fates: Fate[] = []
  const questions = new Map<string, Learning[]>()
  for (const learning of newestFirst(learnings)) {
    const reason = reasonToExclude(learning) ?? refusalOf(textsOf(learning))
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
    const [newest, ...older] = group as [Learning, ...Learning[]]
    examples.push(exampleOf(question, newest, older))
    const overruled = older.filter((learning) => !isSameAnswer(learning.wanted ?? '', newest.wanted ?? ''))
    const overruledIds = new Set(overruled.map(({ id }) => id))
    if (overruled.length > 0) conflicts.push({ question, kept: newest.id, superseded: overruled.map(({ id }) => id).sort(compareText) })
    for (const { id } of older) {
      const reason = overruledIds.has(id) ? `corrected again by ${newest.id}` : `the same as ${newest.id}`
      fates.push({ id, fate: 'superseded', reason })
    }
  }
  return { examples, fates, conflicts: conflicts.sort((left, right) => compareText(left.question, right.question)) }
}

function exampleOf(question: string, newest: Learning, older: readonly Learning[]): Example {
  const { id, context, category } = newest
  const input = newest.input ?? ''
  const digest = context.length === 0 ? question : inputDigest(input)
  return {
    id,
    input,
    context,
    wanted: newest.wanted ?? '',
    category,
    digest,
    question,
    learningIds: [...older.map((learning) => learning.id).reverse(), id],
  }
}

export function newestFirst(learnings: readonly Learning[]): Learning[] {
  const dated = learnings.map((learning) => ({ learning, time: learning.at === null ? Number.NaN : Date.parse(learning.at) }))
  const rank = (time: number): number => (Number.isNaN(time) ? Number.NEGATIVE_INFINITY : time)
  return dated
    .sort((left, right) => (rank(left.time) === rank(right.time) ? 0 : rank(right.time) - rank(left.time)))
    .map(({ learning }) => learning)
}
