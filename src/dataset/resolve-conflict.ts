import type { Config } from '../config/schema.ts'
import type { Fate } from '../learnings/fates.ts'
import type { Learning } from '../learnings/learning.ts'
import { compareText, isSameAnswer } from './text-key.ts'

export type ConflictRule = Config['dataset']['conflicts']

/** Learnings that want different answers to the same question. */
export interface Conflict {
  question: string
  /** Null when all of them are left out. */
  kept: string | null
  /** Ids of those that want another answer than the one kept, or of all. */
  superseded: string[]
}

export interface Resolution {
  kept: Learning | undefined
  /** Newest first. */
  others: Learning[]
  conflict: Conflict | undefined
  /** Of all but the one kept. */
  fates: Fate[]
}

export const contradictsReason = 'contradicts another correction of the same question'

/** What becomes of the learnings about one question, given newest first. Those that want the same answer are no conflict, whatever the rule. */
export function resolve(question: string, group: readonly Learning[], rule: ConflictRule): Resolution {
  const ordered = rule === 'oldest' ? [...group].reverse() : group
  const [kept, ...rest] = ordered as [Learning, ...Learning[]]
  const contradicting = new Set(rest.filter((learning) => !isSameAnswer(learning.wanted ?? '', kept.wanted ?? '')).map(({ id }) => id))
  if (rule === 'drop' && contradicting.size > 0) {
    const superseded = group.map(({ id }) => id).sort(compareText)
    const fates = group.map(({ id }): Fate => ({ id, fate: 'excluded', reason: contradictsReason }))
    return { kept: undefined, others: [], conflict: { question, kept: null, superseded }, fates }
  }
  const overruled = rule === 'oldest' ? `was corrected before by ${kept.id}` : `corrected again by ${kept.id}`
  return {
    kept,
    others: group.filter((learning) => learning !== kept),
    conflict: contradicting.size > 0 ? { question, kept: kept.id, superseded: [...contradicting].sort(compareText) } : undefined,
    fates: rest.map(({ id }) => ({ id, fate: 'superseded', reason: contradicting.has(id) ? overruled : `the same as ${kept.id}` })),
  }
}
