import type { ChatMessage } from '../learnings/learning.ts'

/** A row of train.jsonl. */
export interface TrainingRow {
  id: string
  messages: ChatMessage[]
}

export interface PackOptions {
  /** Tokens a conversation may have. */
  budget: number
  /** Passes over the rows; may be a fraction. */
  epochs: number
  seed: number
  /** Whether short exchanges may share a conversation. */
  together: boolean
  /** Tokens of one message with everything that the chat template puts around it. */
  messageTokens: (message: ChatMessage) => number
}

export interface Packing {
  /** One training step each. */
  conversations: ChatMessage[][]
  /** Rows that are trained on, each counted once. */
  rows: number
  tokens: number
  /** Rows left out, by reason. */
  leftOut: Record<string, number>
}

/**
 * Packs rows into conversations, in an order drawn anew from the seed for each pass. A training step costs the same whether its context is
 * full or not, so short exchanges go together as one conversation of several turns; a row with a system message or earlier turns stands alone,
 * because in company it would mean something else. The same input gives the same packing. Pure.
 */
export function packRows(rows: readonly TrainingRow[], { budget, epochs, seed, together, messageTokens }: PackOptions): Packing {
  const leftOut: Record<string, number> = {}
  const usable: SizedRow[] = []
  for (const { id, messages } of rows) {
    const tokens = messages.reduce((sum, message) => sum + messageTokens(message), 0)
    const reason = reasonAgainst(messages, tokens, budget)
    if (reason === undefined) usable.push({ id, messages, tokens, alone: !together || !isExchange(messages) })
    else leftOut[reason] = (leftOut[reason] ?? 0) + 1
  }
  const conversations: ChatMessage[][] = []
  let open: OpenConversation = { messages: [], tokens: 0, ids: new Set() }
  let tokens = 0
  const close = (): void => {
    if (open.messages.length > 0) conversations.push(open.messages)
    open = { messages: [], tokens: 0, ids: new Set() }
  }
  const ordered = passes(usable, epochs, seed)
  for (const row of ordered) {
    tokens += row.tokens
    if (row.alone) {
      conversations.push(row.messages)
      continue
    }
    if (open.tokens + row.tokens > budget || open.ids.has(row.id)) close()
    open.messages = [...open.messages, ...row.messages]
    open.tokens += row.tokens
    open.ids.add(row.id)
  }
  close()
  return { conversations, rows: new Set(ordered.map(({ id }) => id)).size, tokens, leftOut }
}

interface SizedRow extends TrainingRow {
  tokens: number
  alone: boolean
}

interface OpenConversation {
  messages: ChatMessage[]
  tokens: number
  ids: Set<string>
}

const isExchange = (messages: readonly ChatMessage[]): boolean =>
  messages.length === 2 && messages[0]?.role === 'user' && messages[1]?.role === 'assistant'

function reasonAgainst(messages: readonly ChatMessage[], tokens: number, budget: number): string | undefined {
  if (messages.at(-1)?.role !== 'assistant') return 'does not end with an answer'
  return tokens > budget ? 'longer than the training context' : undefined
}

/** The rows in the order in which they are trained on; the last pass may be a part of one, at least one row. */
function passes(rows: readonly SizedRow[], epochs: number, seed: number): SizedRow[] {
  const random = randomFrom(seed)
  const ordered: SizedRow[] = []
  const wanted = rows.length === 0 ? 0 : Math.max(1, Math.round(rows.length * epochs))
  while (ordered.length < wanted) ordered.push(...shuffled(rows, random).slice(0, wanted - ordered.length))
  return ordered
}

function shuffled<T>(values: readonly T[], random: () => number): T[] {
  const result = [...values]
  for (let last = result.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1))
    ;[result[last], result[other]] = [result[other] as T, result[last] as T]
  }
  return result
}

/** Mulberry32 (public domain, Tommy Ettinger): numbers in [0, 1) that are the same for a seed everywhere. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
