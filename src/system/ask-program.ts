import path from 'node:path'
import { startProcess } from './process.ts'
import type { ProcessEnd } from './process.ts'

/** A program of the user's that is told something. */
export interface ProgramCommand {
  /** Absolute, or relative to the home. */
  program: string
  args: readonly string[]
  timeoutSeconds: number
}

export interface ProgramAnswer extends ProcessEnd {
  /** The last line of its standard output that is not blank; null when there is none. */
  lastPrinted: string | null
  /** The last line of both streams, cut; null when there is none. */
  lastWords: string | null
  timedOut: boolean
}

const graceMs = 1000

/** Runs the program in the home with one line of JSON on its standard input. No shell; secrets of the environment are not passed on. */
export async function askProgram(
  { program, args, timeoutSeconds }: ProgramCommand,
  homeRoot: string,
  told: unknown,
): Promise<ProgramAnswer> {
  let lastPrinted: string | null = null
  const started = startProcess(path.resolve(homeRoot, program), args, {
    directory: homeRoot,
    onLine: (line, stream) => {
      if (stream === 'stdout' && line.trim() !== '') lastPrinted = line.trim()
    },
  })
  let timedOut = false
  const timer = setTimeout(() => {
    timedOut = true
    void started.stop(graceMs)
  }, timeoutSeconds * 1000)
  started.writeLine(JSON.stringify(told))
  started.closeInput()
  const end = await started.ended
  clearTimeout(timer)
  return { ...end, lastPrinted, timedOut, lastWords: started.lastLines().at(-1)?.slice(0, 200) ?? null }
}

/** Why it did not do what it was asked for, in words; null when it ended with status 0. */
export function failureOf(
  { program, timeoutSeconds }: ProgramCommand,
  { exitCode, signal, startError, timedOut, lastWords }: ProgramAnswer,
): string | null {
  if (timedOut) return `it took longer than ${timeoutSeconds} s`
  if (startError !== null) return `${program} cannot be started (${startError})`
  return exitCode === 0 ? null : `it ended with ${signal ?? `status ${exitCode}`}; its last words: ${lastWords ?? 'none'}`
}
