/** Texts longer than this (UTF-16 code units) are not learnt from: no context window of a local model holds the answer. */
export const longestText = 32_768

/** Whether the text can be encoded as UTF-8; a lone surrogate (half a character, from a cut `\ud83d` escape) cannot. */
export function isEncodable(text: string): boolean {
  // In every Node since 20, but only in the library typings of ES2024.
  return (text as string & { isWellFormed(): boolean }).isWellFormed()
}

/** A field's text; null when there is none (absent, empty, a flag), undefined when it holds something that is no text. */
export function asText(value: unknown): string | null | undefined {
  if (typeof value === 'string') return value === '' ? null : value
  if (value === undefined || value === null || typeof value === 'boolean') return null
  if (typeof value === 'number') return String(value)
  return undefined
}

export type Fields = Record<string, unknown>

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The value, or undefined when it holds nothing: null, the empty text and flags don't. */
export function held(value: unknown): unknown {
  return value === null || value === '' || typeof value === 'boolean' ? undefined : value
}
