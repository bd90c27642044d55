import { z } from 'zod'
import { ChatMessage } from '../learnings/learning.ts'
import { digestText } from '../state/files.ts'
import { isNestedTooDeeply } from '../state/nesting.ts'
import { checkItem, defaultGrader, graderNames } from './graders.ts'
import { Grader } from './item.ts'
import type { EvaluationItem } from './item.ts'
import { normaliseInput } from './normalise.ts'

const aliases = {
  input: ['input', 'prompt', 'question', 'instruction'],
  expected: ['expected', 'output', 'answer', 'corrected', 'correction'],
  category: ['category', 'slice'],
} as const

export type ItemLine = { item: EvaluationItem } | { problems: string[] }

/** The item that one line of data/gate.jsonl or data/retention.jsonl describes, or what is wrong with it. */
export function itemFromLine(value: unknown): ItemLine {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { problems: ['not an object'] }
  if (isNestedTooDeeply(value)) return { problems: ['nested too deeply'] }
  const entry = value as Record<string, unknown>
  const problems: string[] = []

  const input = first(entry, aliases.input)
  if (typeof input !== 'string' || input.trim() === '') problems.push(`no input (a text under ${aliases.input.join(', ')})`)
  const given = first(entry, aliases.expected)
  const expected = expectedText(given)
  if (expected === '') problems.push(`no expected answer (under ${aliases.expected.join(', ')})`)
  const context = z.array(ChatMessage).safeParse(entry['context'] ?? [])
  if (!context.success) problems.push('the context is not a list of {"role","content"}')
  const named = namedGrader(entry['grader'], given)
  if (named === 'unknown') problems.push(`the grader ${JSON.stringify(entry['grader'])} is not one of ${graderNames.join(', ')}`)
  const category = first(entry, aliases.category) ?? 'general'
  if (typeof category !== 'string') problems.push('the category is not a text')
  const id = entry['id'] ?? null
  if (id !== null && typeof id !== 'number' && (typeof id !== 'string' || id === '')) problems.push('the id is not a text')
  if (problems.length > 0 || typeof input !== 'string' || typeof category !== 'string' || !context.success || named === 'unknown') {
    return { problems }
  }

  const grader = named ?? defaultGrader(expected)
  const wrong = checkItem({ expected, grader })
  if (wrong.length > 0) return { problems: wrong }
  const name = typeof id === 'string' || typeof id === 'number' ? String(id) : idOf(context.data, input)
  return { item: { id: name, input, context: context.data, expected, grader, category } }
}

/** Without an id of its own an item is known by its question, so that another answer to the same question is noticed. */
function idOf(context: readonly ChatMessage[], input: string): string {
  return `item-${digestText(JSON.stringify([context, normaliseInput(input)])).slice(0, 16)}`
}

const first = (entry: Record<string, unknown>, names: readonly string[]): unknown =>
  names.map((name) => entry[name]).find((value) => value !== undefined && value !== null)

function expectedText(value: unknown): string {
  if (typeof value === 'string') return value.trim() === '' ? '' : value
  return value === undefined ? '' : JSON.stringify(value)
}

/** The grader as named, by a text or an object; null when none is named and the answer does not call for `json` by its form. */
function namedGrader(value: unknown, expected: unknown): Grader | null | 'unknown' {
  if (value === undefined || value === null) return typeof expected === 'object' && expected !== null ? { kind: 'json' } : null
  const candidate =
    typeof value === 'string'
      ? { kind: value }
      : typeof value === 'object'
        ? { kind: first(value as Record<string, unknown>, ['type', 'name']), ...value }
        : value
  const parsed = Grader.safeParse(candidate)
  return parsed.success ? parsed.data : 'unknown'
}
