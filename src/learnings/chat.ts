import type { ChatMessage } from './learning.ts'
import { asText, held, isFields } from './text.ts'

const roles: ReadonlyMap<string, ChatMessage['role']> = new Map([
  ['system', 'system'],
  ['developer', 'system'],
  ['user', 'user'],
  ['human', 'user'],
  ['assistant', 'assistant'],
  ['gpt', 'assistant'],
  ['model', 'assistant'],
])

/** A conversation, split at its last user turn. */
export interface Conversation {
  context: ChatMessage[]
  input: string | null
  answer: string | null
}

/**
 * Reads `messages` of {role, content} (or {from, value}; content may be a list of text parts). Null when it is no list of turns
 * that we know: a conversation with tool calls left out would be another conversation.
 */
export function readConversation(value: unknown): Conversation | null {
  const turns = readTurns(value)
  if (turns === null) return null
  const last = turns.findLastIndex((turn) => turn.role === 'user')
  if (last < 0) return { context: [], input: null, answer: turns.findLast((turn) => turn.role === 'assistant')?.content ?? null }
  const answer = turns.slice(last + 1).find((turn) => turn.role === 'assistant')?.content ?? null
  return { context: turns.slice(0, last), input: turns[last]?.content ?? null, answer }
}

/** The turns of a list of messages, or null when it is none. */
export function readTurns(value: unknown): ChatMessage[] | null {
  if (!Array.isArray(value)) return null
  const turns: ChatMessage[] = []
  for (const item of value as unknown[]) {
    const turn = readTurn(item)
    if (turn === null) return null
    turns.push(turn)
  }
  return turns
}

function readTurn(item: unknown): ChatMessage | null {
  if (!isFields(item)) return null
  const role = roles.get(String(asText(item['role'] ?? item['from']) ?? '').toLowerCase())
  const content = readContent(held(item['content']) ?? held(item['value']) ?? held(item['text']))
  return role === undefined || content === null ? null : { role, content }
}

function readContent(value: unknown): string | null {
  if (!Array.isArray(value)) return asText(value) ?? null
  const parts: string[] = []
  for (const part of value as unknown[]) {
    const text = isFields(part) ? asText(part['text']) : asText(part)
    if (text === null || text === undefined) return null
    parts.push(text)
  }
  return parts.join('')
}
