import { holdsTemplateToken, isRefusal } from '../evaluation/answer-marks.ts'

/** What a model may begin to do to its answers that no score shows as such. */
export interface Flaw {
  /** Completes "N more answers ...". */
  words: string
  has: (answer: GivenAnswer) => boolean
}

export interface GivenAnswer {
  text: string
  /** `length`: the token limit cut it off. */
  finish?: 'stop' | 'length' | null | undefined
}

export const flaws: readonly Flaw[] = [
  { words: 'are empty', has: ({ text }) => text.trim() === '' },
  { words: 'are cut off by the token limit', has: ({ finish }) => finish === 'length' },
  { words: 'repeat themselves without end', has: ({ text }) => isLooping(text) },
  { words: 'refuse to answer', has: ({ text }) => isRefusal(text) },
  { words: 'hold tokens of the chat template', has: ({ text }) => holdsTemplateToken(text) },
]

const shortestLoop = 40
const repetitions = 4

/** Whether the text ends in at least four repetitions of one piece that make up half of it. */
export function isLooping(text: string): boolean {
  const reversed = Array.from(text.trimEnd()).reverse()
  // The longest border of each prefix (Knuth, Morris, Pratt): a prefix of length n has the period n - border.
  const border = [0]
  for (let at = 1, length = 0; at < reversed.length; at += 1) {
    while (length > 0 && reversed[at] !== reversed[length]) length = border[length - 1] ?? 0
    if (reversed[at] === reversed[length]) length += 1
    border[at] = length
  }
  const least = Math.max(shortestLoop, reversed.length / 2)
  return border.some((length, at) => at + 1 >= least && at + 1 >= repetitions * (at + 1 - length))
}
