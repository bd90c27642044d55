import { existsSync } from 'node:fs'
import path from 'node:path'
import { GenesisError } from '../errors.ts'
import { tryRunLock } from '../state/lock.ts'
import { clearRun, describeRunner, reportRun, runLockedError } from '../state/runner.ts'
import type { Home } from '../state/home.ts'
import { removeTemporaries } from '../state/temporaries.ts'
import { readState } from '../state/store.ts'
import { cycleDirectory } from './cycle-directory.ts'
import type { Workshop } from './parts.ts'
import type { Clock } from '../system/clock.ts'

/** A file of this name in a cycle's directory asks whoever runs its step to stop. */
export const cancelRequest = (home: Home, cycleId: string): string => path.join(cycleDirectory(home, cycleId), 'cancel')

/**
 * Works under the run lock: one `check` at a time in a home. What it is doing stands in data/.run.json for the others.
 * @throws GenesisError GI-LOCKED naming the holder, its step and progress
 */
export async function underRunLock<T>(workshop: Workshop, work: (workshop: Workshop) => Promise<T>): Promise<T> {
  const { home, clock } = workshop
  const lock = await tryRunLock(home)
  if (lock === null) throw runLockedError(await describeRunner(home))
  const cancelled = new AbortController()
  const reporter = runReporter(home, clock)
  const watch = setInterval(() => {
    watchForCancel(home, cancelled).catch((error: unknown) => cancelled.abort(error))
  }, 1000)
  watch.unref()
  try {
    await removeTemporaries(home, clock.now())
    await reporter.begin()
    return await work({
      ...workshop,
      report: (cycle, step, progress) => {
        workshop.report(cycle, step, progress)
        reporter.report(cycle, step, progress)
      },
      signal: AbortSignal.any([workshop.signal, cancelled.signal]),
    })
  } finally {
    clearInterval(watch)
    await reporter.end()
    await lock.release()
  }
}

/** Keeps data/.run.json: at most one write a second, one after the other. */
function runReporter(home: Home, clock: Clock): { begin(): Promise<void>; report: Workshop['report']; end(): Promise<void> } {
  const startedAt = clock.now().toISOString()
  let reportedMs = -Infinity
  let writing: Promise<void> = Promise.resolve()
  return {
    begin: async () => await reportRun(home, { pid: process.pid, cycle: null, step: null, progress: null, startedAt }),
    report: (cycle, step, { text, done, total, timeLeftMs }) => {
      const nowMs = performance.now()
      if (nowMs - reportedMs < 1000) return
      reportedMs = nowMs
      const share = done !== null && total !== null && total > 0 ? Math.min(1, done / total) : null
      const info = { pid: process.pid, cycle, step, progress: { share, timeLeftMs, text }, startedAt }
      // What the others are told must not stop the work: a full disk shows where the step writes.
      writing = writing.then(async () => await reportRun(home, info)).catch(() => undefined)
    },
    end: async () => {
      await writing
      // Left behind, it is known for that of a process which ended; thrown from here, its failure would hide the work's own.
      await clearRun(home).catch(() => undefined)
    },
  }
}

async function watchForCancel(home: Home, cancelled: AbortController): Promise<void> {
  const { state } = await readState(home)
  if (state.open_cycle !== null && existsSync(cancelRequest(home, state.open_cycle))) {
    cancelled.abort(new GenesisError('GI-CYCLE-CANCELLED', { what: `${state.open_cycle} was cancelled.` }))
  }
}
