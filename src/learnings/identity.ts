import { hash } from 'node:crypto'
import type { ChatMessage, LearningKind } from './learning.ts'

interface Content {
  kind: LearningKind
  input: string | null
  context: readonly ChatMessage[]
  wanted: string | null
  wrong: string | null
}

/**
 * The identity of an entry without an `id`: 128 bits of SHA-256 over its content, in hexadecimal. Category, time and source don't
 * belong to it, so that the same correction recorded twice is one learning. The lengths stand in front to tell where each part ends.
 */
export function digestContent({ kind, input, context, wanted, wrong }: Content): string {
  let lengths = `${kind} ${input?.length ?? -1} ${wanted?.length ?? -1} ${wrong?.length ?? -1}`
  let texts = (input ?? '') + (wanted ?? '') + (wrong ?? '')
  for (const turn of context) {
    lengths += ` ${turn.role} ${turn.content.length}`
    texts += turn.content
  }
  return hash('sha256', `${lengths}\n${texts}`, 'hex').slice(0, 32)
}
