import { hash } from 'node:crypto'
import { collapseWhiteSpace, normaliseInput } from '../evaluation/normalise.ts'
import type { ChatMessage } from '../learnings/learning.ts'

/** Digest of the normalised input alone: what a hold-out decision is about, and what may never stand on both sides. */
export function inputDigest(input: string): string {
  return sha256(normaliseInput(input))
}

/** Digest of normalised context and input: what makes two questions the same question. Without a context it equals `inputDigest`. */
export function questionDigest(context: readonly ChatMessage[], input: string): string {
  if (context.length === 0) return inputDigest(input)
  return sha256(JSON.stringify([...context.map((message) => [message.role, normaliseInput(message.content)]), normaliseInput(input)]))
}

/**
 * A number in [0, 1) that depends on nothing but `digest` and what it is drawn for. Each purpose has its own draw: the hold-out takes the
 * lowest digests, so without it what is left would be a skewed sample for every later share.
 */
export function drawOf(purpose: string, digest: string): number {
  return Number.parseInt(sha256(`${purpose}\n${digest}`).slice(0, 12), 16) / 2 ** 48
}

/** Whether two answers are the same but for white space, as the `exact` grader sees them. */
export function isSameAnswer(left: string, right: string): boolean {
  return left === right || collapseWhiteSpace(left) === collapseWhiteSpace(right)
}

/** Ascending by code unit, independent of the locale. */
export const compareText = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0)

/** One call for short texts: several times faster than a hash object, and a large home asks for millions. */
const sha256 = (text: string): string => hash('sha256', text, 'hex')
