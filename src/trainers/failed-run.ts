import path from 'node:path'
import { GenesisError } from '../errors.ts'
import type { RunEnd } from '../runners/port.ts'
import type { Recipe } from './recipe.ts'

/** What a program says about itself by its exit status, as sysexits.h has it: try again later. */
const temporaryFailure = 75
/** Those end a program from outside, whatever it does. */
const outsideSignals: ReadonlySet<string> = new Set(['SIGKILL', 'SIGTERM', 'SIGHUP', 'SIGINT'])

/** What went wrong with a run; null when it ended well. `place`: "on forge". */
export function failedRun({ program, cause }: Pick<Recipe, 'program' | 'cause'>, place: string, end: RunEnd): GenesisError | null {
  if (end.limit !== null) return new GenesisError('GI-ENGINE-TIME-LIMIT', { why: end.limit })
  if (end.exitCode === 0) return null
  const how = end.signal === null ? `status ${end.exitCode}` : end.signal
  const why = cause(end.lastLines)
  const details = { what: `${path.basename(program)} ended with ${how}.`, why }
  if (end.exitCode === temporaryFailure) return new GenesisError('GI-TRAINER-AWAY', details)
  if (end.diskIsFull || /No space left on device/.test(why))
    return new GenesisError('GI-RUNNER-NO-ROOM', { what: `The disk ${place} is full.`, why })
  if (end.signal !== null && outsideSignals.has(end.signal)) return new GenesisError('GI-TRAINER-KILLED', details)
  return new GenesisError('GI-TRAINER-FAILED', details)
}
