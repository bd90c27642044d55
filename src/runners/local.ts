import path from 'node:path'
import { GenesisError } from '../errors.ts'
import { packageRoot } from '../system/package-root.ts'
import { runProcess } from '../system/process.ts'
import type { RunEnd, Runner, RunnerLimits } from './port.ts'
import { timeLimit } from './time-limit.ts'

/** Node's timers take no more; a longer one would fire at once. */
const longestTimerMs = 2 ** 31 - 1
/** What the supervisor ends with when KILL ended the program. */
const killedStatus = 137

/** Runs programs on this machine, inside `begin`: they end with this process, and so does what is known of them. */
export function localRunner(limits: RunnerLimits): Runner {
  const ends = new Map<string, RunEnd>()
  return {
    place: 'on this machine',
    isHere: true,
    preflight: () => Promise.resolve([]),
    begin: async (job, onLine, signal) => {
      if (signal.aborted) throw new GenesisError('GI-INTERRUPTED')
      const { program, args, set, passOn } = await job.layOut({
        dataset: job.dataset,
        output: job.output,
        base: job.base.path,
        model: job.model.there ?? job.model.here?.folder,
      })
      const { hours, because } = timeLimit(limits)
      const limit = AbortSignal.timeout(Math.min(hours * 3_600_000, longestTimerMs))
      const supervisor = path.join(packageRoot(), 'dist', 'supervisor.cjs')
      const startedMs = performance.now()
      const ended = await runProcess(process.execPath, [supervisor, program, ...args], {
        ...{ directory: job.output, nice: limits.nice, keepInput: true, signal: AbortSignal.any([signal, limit]) },
        ...{ passOn, set, onLine },
      })
      if (signal.aborted) throw new GenesisError('GI-INTERRUPTED')
      const isKilled = ended.exitCode === killedStatus
      ends.set(job.id, {
        ...{
          exitCode: isKilled ? null : ended.exitCode,
          signal: isKilled ? 'SIGKILL' : ended.signal,
          limit: limit.aborted ? because : null,
        },
        ...{ lastLines: ended.lastLines, durationMs: Math.round(performance.now() - startedMs), diskIsFull: false },
      })
    },
    observe: ({ id }) => {
      const end = ends.get(id)
      return Promise.resolve(end === undefined ? { status: 'lost' } : { status: 'ended', end })
    },
    fetch: () => Promise.resolve(),
    again: ({ id }) => Promise.resolve(void ends.delete(id)),
    remove: () => Promise.resolve(),
  }
}
