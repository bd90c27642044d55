/**
 * What makes two inputs the same question: compatibility forms (NFKC) and case do not count, nor white space around and between words, nor
 * the punctuation at the end. "What is  2+2?" and "what is 2+2" are one; "5!" stays a factorial. Never empty for a text that is not.
 */
export function normaliseInput(text: string): string {
  // Lower case can undo the normal form for a few letters, so it is made again.
  const folded = text.normalize('NFKC').toLowerCase().normalize('NFKC').replaceAll(/\s+/g, ' ').trim()
  const bare = withoutEndPunctuation(folded)
  return bare === '' ? folded : bare
}

/** A loop, not a pattern: patterns anchored at the end take quadratic time on long runs of punctuation elsewhere. */
function withoutEndPunctuation(text: string): string {
  let end = text.length
  while (end > 0 && isEndPunctuation(text, end - 1)) end -= 1
  return text.slice(0, end)
}

function isEndPunctuation(text: string, index: number): boolean {
  const character = text.charAt(index)
  if (character === '!') return !/\d/.test(text.charAt(index - 1))
  return ' .,;:?。、'.includes(character)
}

/** The text without white space at its ends and with single spaces inside: how `exact` and `contains` compare. */
export const collapseWhiteSpace = (text: string): string => text.trim().replaceAll(/\s+/g, ' ')
