import { constants } from 'node:os'
import type { Look } from './job-folder.ts'
import type { RunEnd, RunState } from './port.ts'

/** `look`: null while it is not known. */
export function running(look: Look | null, note: string | null): RunState {
  const elapsed = look?.elapsedSeconds ?? null
  return {
    status: 'running',
    lines: look?.lines ?? [],
    counted: look?.counted ?? 0,
    elapsedMs: elapsed === null ? null : elapsed * 1000,
    note,
  }
}

/** The disk is as good as full. */
const fullKilobytes = 1024

/** `limit`: which setting says how long it may run. */
export function endOfRun({ exitStatus, timedOut, isStopped, elapsedSeconds, lines, freeKilobytes }: Look, limit: string): RunEnd {
  const given = exitStatus === null ? null : signalOf(exitStatus)
  const signal = given ?? (isStopped && exitStatus !== 0 ? 'SIGTERM' : null)
  return {
    ...{ exitCode: signal === null ? exitStatus : null, signal, limit: timedOut ? limit : null, lastLines: lines },
    ...{ durationMs: (elapsedSeconds ?? 0) * 1000, diskIsFull: freeKilobytes !== null && freeKilobytes < fullKilobytes },
  }
}

/** A shell says 128 and the signal's number for a program that a signal ended. */
function signalOf(status: number): string | null {
  const named = Object.entries(constants.signals).find(([, number]) => number === status - 128)
  return named?.[0] ?? null
}
