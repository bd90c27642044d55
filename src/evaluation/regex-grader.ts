import { GenesisError } from '../errors.ts'
import { isFoundInTime } from './timed-pattern.ts'

// A pattern that takes longer than this on one answer is of the catastrophic kind ("(a+)+$"): usual ones take microseconds.
const timeLimitMs = 1000
const longestPattern = 1000
/** `g` and `y` would make the result depend on earlier answers; `d` and `v` add nothing here. */
const allowedFlags = /^[imsu]*$/

/** What is wrong with a pattern, or undefined. */
export function patternProblem(pattern: string, flags = ''): string | undefined {
  if (pattern.length > longestPattern) return `the pattern has ${pattern.length} characters, ${longestPattern} are allowed`
  if (!allowedFlags.test(flags)) return `the flags "${flags}" are not among i, m, s, u`
  try {
    new RegExp(pattern, flags)
    return undefined
  } catch (error) {
    if (error instanceof SyntaxError) return `the pattern is not valid: ${error.message}`
    throw error
  }
}

/** Whether the pattern is found in the text. Raises GI-ITEMS-INVALID for a pattern that does not end in time: a grader that failed is no score. */
export function matchesPattern(pattern: string, flags: string, text: string): boolean {
  const found = isFoundInTime(pattern, flags, text, timeLimitMs)
  if (found !== null) return found
  throw new GenesisError('GI-ITEMS-INVALID', {
    what: `The pattern ${pattern} took more than ${timeLimitMs} ms on one answer.`,
    why: 'it has repetitions inside repetitions, whose cost grows without bound',
    remedy: 'Write the pattern more simply, for example without a "+" or "*" on a group that has one inside.',
  })
}
