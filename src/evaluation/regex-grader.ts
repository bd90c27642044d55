import { types } from 'node:util'
import vm from 'node:vm'
import { GenesisError } from '../errors.ts'

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

const script = new vm.Script('new RegExp(pattern, flags).test(text)')

/**
 * Whether the pattern is found in the text. It runs under a time limit, which only `vm` can put on a pattern (this is no sandbox: pattern
 * and text are plain data). Raises GI-ITEMS-INVALID for a pattern that does not end in time: a grader that failed is no score.
 */
export function matchesPattern(pattern: string, flags: string, text: string): boolean {
  try {
    return script.runInNewContext({ pattern, flags, text }, { timeout: timeLimitMs }) === true
  } catch (error) {
    // The error comes from the pattern's own context, where it is no instance of this one's Error.
    if (types.isNativeError(error) && 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') {
      throw new GenesisError('GI-ITEMS-INVALID', {
        what: `The pattern ${pattern} took more than ${timeLimitMs} ms on one answer.`,
        why: 'it has repetitions inside repetitions, whose cost grows without bound',
        remedy: 'Write the pattern more simply, for example without a "+" or "*" on a group that has one inside.',
      })
    }
    throw error
  }
}
