import type { ChatMessage } from '../learnings/learning.ts'
import type { Example } from './curate.ts'
import { holdsTemplateToken } from '../evaluation/answer-marks.ts'
import type { Redaction } from './redaction.ts'
import type { TrainingRow } from './rows.ts'
import { isSameAnswer } from './text-key.ts'
import { reasonUnfit } from './validate.ts'

/** One line of preferences.jsonl, in the conversational form that TRL's DPO and its like read. */
export interface PreferenceRow {
  id: string
  /** Ends with the question. */
  prompt: ChatMessage[]
  /** The correction. */
  chosen: [ChatMessage]
  /** What the model had answered. */
  rejected: [ChatMessage]
}

/**
 * The pairs among rows to train on, in their order: of learnings that say what the model answered wrong. What is held out, near something held
 * out or set aside for validation is not among the rows, so it is in no pair.
 */
export function preferencesOf(rows: readonly TrainingRow[], examples: readonly Example[], redaction: Redaction): PreferenceRow[] {
  const wrongOf = new Map(examples.map(({ id, wrong }) => [id, wrong]))
  const paired = rows.filter(({ id, source, messages }) => {
    const wrong = source === 'learning' ? (wrongOf.get(id) ?? null) : null
    return wrong !== null && isRejectable(wrong, messages.at(-1)?.content ?? '')
  })
  return redaction.rows(paired).map(({ id, messages }) => ({
    id,
    prompt: messages.slice(0, -1),
    chosen: [{ role: 'assistant', content: messages.at(-1)?.content ?? '' }],
    rejected: [{ role: 'assistant', content: redaction.text(wrongOf.get(id) ?? '') }],
  }))
}

/** An empty answer or one with a template's tokens says nothing about which words were wrong. */
function isRejectable(wrong: string, wanted: string): boolean {
  return reasonUnfit([wrong]) === undefined && !holdsTemplateToken(wrong) && !isSameAnswer(wrong, wanted)
}
