import path from 'node:path'
import type { Config } from '../config/schema.ts'
import { GenesisError } from '../errors.ts'
import { packageRoot } from '../system/package-root.ts'
import { runProcess } from '../system/process.ts'
import type { ProcessEnd } from '../system/process.ts'
import type { ProgramCall } from './recipe.ts'

export interface Run {
  call: ProgramCall
  /** Where it is started. */
  directory: string
  limits: Pick<Config['trainer'], 'timeLimitHours' | 'nice'>
  onLine: (line: string) => void
  signal: AbortSignal
}

/** Node's timers take no more; a longer one would fire at once. */
const longestTimerMs = 2 ** 31 - 1

/** Runs a training program on this machine to its end. It dies with this process. Throws GI-INTERRUPTED, and GI-ENGINE-TIME-LIMIT. */
export async function runHere({ call, directory, limits, onLine, signal }: Run): Promise<ProcessEnd & { lastLines: string[] }> {
  const timeLimit = AbortSignal.timeout(Math.min(limits.timeLimitHours * 3_600_000, longestTimerMs))
  const supervisor = path.join(packageRoot(), 'dist', 'supervisor.cjs')
  const ended = await runProcess(process.execPath, [supervisor, call.program, ...call.args], {
    ...{ directory, nice: limits.nice, keepInput: true, signal: AbortSignal.any([signal, timeLimit]) },
    ...{ passOn: call.passOn, set: call.set, onLine },
  })
  if (signal.aborted) throw new GenesisError('GI-INTERRUPTED')
  if (timeLimit.aborted) throw new GenesisError('GI-ENGINE-TIME-LIMIT', { why: `trainer.timeLimitHours is ${limits.timeLimitHours}` })
  return ended
}
