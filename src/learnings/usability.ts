import { isEncodable, longestText } from './text.ts'
import type { Learning } from './learning.ts'

/** Why an entry cannot be learnt from; codes are stable, the texts complete "The entry ...". */
export const unusableReasons = {
  'not-valid-json': 'is not valid JSON',
  'not-an-object': 'is not an object with fields',
  'no-list': 'is all there is: the file has no "learnings" list',
  'not-text': 'holds something other than text where the input or an answer should be',
  'unknown-turn': 'is a conversation with turns other than system, user and assistant',
  'no-input': 'has no input',
  'no-wanted-output': 'does not say what the answer should have been',
  'same-as-wrong': 'has a correction that equals the wrong output',
  'too-long': `has a text of more than ${String(longestText).replace(/\B(?=(\d{3})+$)/g, ',')} characters`,
  'lone-surrogates': 'has a text with half a character in it (a lone surrogate)',
  success: 'is a success: it shows what to keep, not what to learn',
} as const

export type UnusableReason = keyof typeof unusableReasons
export type Usability = { usable: true } | { usable: false; reason: UnusableReason }

const usable: Usability = { usable: true }

/** Whether a cycle can train on it. Successes are not; they are outcomes and retention items. */
export function usabilityOf(learning: Learning): Usability {
  const reason = learning.kind === 'success' ? 'success' : flawOf(learning)
  return reason === null ? usable : { usable: false, reason }
}

/**
 * What is wrong with a learning as a question with an answer, whatever its kind; null when nothing is.
 * Lone surrogates are a flaw and are not replaced: a replacement character would be learnt as part of the answer.
 */
export function flawOf(learning: Learning): UnusableReason | null {
  const { input, wanted, wrong, context } = learning
  if (input === null || isBlank(input)) return 'no-input'
  if (wanted === null || isBlank(wanted)) return 'no-wanted-output'
  if (input.length > longestText || wanted.length > longestText) return 'too-long'
  if (!isEncodable(input) || !isEncodable(wanted)) return 'lone-surrogates'
  if (wrong !== null && (wanted === wrong || wanted.trim() === wrong.trim())) return 'same-as-wrong'
  for (const turn of context) {
    if (turn.content.length > longestText) return 'too-long'
    if (!isEncodable(turn.content)) return 'lone-surrogates'
  }
  return null
}

function isBlank(text: string): boolean {
  const first = text.charCodeAt(0)
  return !(first > 0x20 && first < 0x7f) && !/\S/.test(text)
}
