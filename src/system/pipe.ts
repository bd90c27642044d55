import { createReadStream } from 'node:fs'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { execa } from 'execa'
import { childEnvironment } from './process.ts'

export interface PipedProgram {
  file: string
  args: readonly string[]
  /** Names of environment variables that it gets beside the basic ones. */
  passOn?: readonly string[]
}

export interface PipedEnd {
  /** Null when a signal ended it, or it could not be started. */
  exitCode: number | null
  /** What it wrote to its standard error. */
  said: string
}

/** Runs two programs to their ends, the first one's standard output being the other's standard input. Never rejects. */
export async function pipePrograms(source: PipedProgram, target: PipedProgram, signal: AbortSignal): Promise<[PipedEnd, PipedEnd]> {
  const { file, args, passOn } = source
  const whole = { ...surroundings(passOn, signal), stdin: 'ignore', stdout: 'pipe', stderr: 'pipe', buffer: { stdout: false } } as const
  const from = execa(file, args, whole)
  const [into] = await Promise.all([feed(from.stdout, target, signal), from])
  return [endOf(await from), into]
}

/** Runs a program to its end with a file's content from byte `start` on as its standard input. Throws what keeps the file from being read. */
export async function pipeFile(file: string, start: number, target: PipedProgram, signal: AbortSignal): Promise<PipedEnd> {
  const content = createReadStream(file, { start, highWaterMark: 1 << 20 })
  const end = await feed(content, target, signal)
  // What the system says of the file; that the program left early shows in its end.
  if (content.errored !== null && 'errno' in content.errored) throw content.errored
  return end
}

async function feed(content: Readable, { file, args, passOn }: PipedProgram, signal: AbortSignal): Promise<PipedEnd> {
  const program = execa(file, args, { ...surroundings(passOn, signal), stdin: 'pipe', stdout: 'ignore', stderr: 'pipe' })
  // A side that ends early shows in its own end; that the pipe broke says nothing more.
  await Promise.allSettled([pipeline(content, program.stdin)])
  return endOf(await program)
}

const surroundings = (passOn: readonly string[] | undefined, cancelSignal: AbortSignal) =>
  ({ env: childEnvironment(passOn), extendEnv: false, cancelSignal, reject: false, windowsHide: true }) as const

const endOf = ({ exitCode, stderr }: { exitCode?: number; stderr?: string }): PipedEnd => ({
  exitCode: exitCode ?? null,
  said: stderr ?? '',
})
