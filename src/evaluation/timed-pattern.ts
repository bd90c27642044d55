import { types } from 'node:util'
import vm from 'node:vm'

const script = new vm.Script('new RegExp(pattern, flags).test(text)')

/**
 * Whether a pattern is found in a text; null when that is not known after so many milliseconds: some patterns ("(a+)+$") take for ever. Only `vm`
 * can put a time limit on a pattern (this is no sandbox: pattern and text are plain data). The pattern must be a valid one.
 */
export function isFoundInTime(pattern: string, flags: string, text: string, timeLimitMs: number): boolean | null {
  try {
    return script.runInNewContext({ pattern, flags, text }, { timeout: timeLimitMs }) === true
  } catch (error) {
    // The error comes from the pattern's own context, where it is no instance of this one's Error.
    if (types.isNativeError(error) && 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return null
    throw error
  }
}
