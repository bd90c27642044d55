import { z } from 'zod'

export const LearningKind = z.enum(['correction', 'pattern', 'error', 'success'])
export type LearningKind = z.infer<typeof LearningKind>

export const ChatMessage = z.object({ role: z.enum(['system', 'user', 'assistant']), content: z.string() })
export type ChatMessage = z.infer<typeof ChatMessage>

/** One captured event about the served model, after aliases and chat-style entries were resolved. */
export interface Learning {
  /** The entry's own `id`, else a digest of its content. */
  id: string
  kind: LearningKind
  /** What the model was asked; null when the entry does not say. */
  input: string | null
  /** Turns before `input` (system prompt, earlier exchanges); usually empty. */
  context: ChatMessage[]
  /** What the answer should have been; for a success the answer that was accepted. */
  wanted: string | null
  /** What the model answered instead. */
  wrong: string | null
  category: string
  /** When it happened, ISO 8601 UTC; null when the entry does not say. */
  at: string | null
  source: string | null
  /** Who gave it, when the entry says so. */
  author?: string
}

export const simulationSource = 'simulation'

/** Who a learning counts for: its author, else its source; null when it names neither. A name is what the writer says, nobody checks it. */
export function contributorOf({ author, source }: Pick<Learning, 'author' | 'source'>): string | null {
  return author ?? (source === simulationSource ? null : source)
}
