import os from 'node:os'
import { StringDecoder } from 'node:string_decoder'
import { execa } from 'execa'
import { systemErrorCode } from '../errors.ts'

/** The only place that starts other programs: arguments as a list, never a shell, each in its own process group. */
export interface ProcessOptions {
  /** Working directory; else the current one. */
  directory?: string
  /** Names of environment variables that are passed on beside the basic ones; a trailing `*` stands for any ending. */
  passOn?: readonly string[]
  /** Variables that it gets beside those passed on. */
  set?: Readonly<Record<string, string>>
  /** How much it gives way to other programs, 0 to 19, as nice(1) counts it. */
  nice?: number
  /** Gets every whole line of both streams, without its line end. */
  onLine?: (line: string, stream: 'stdout' | 'stderr') => void
}

export interface ProcessEnd {
  /** null when a signal ended it or it never started. */
  exitCode: number | null
  signal: string | null
  /** The system's code (`ENOENT`, `EACCES`, ...) when it could not be started. */
  startError: string | null
}

export interface StartedProcess {
  readonly pid: number | undefined
  /** Settles when the process has ended; never rejects. */
  readonly ended: Promise<ProcessEnd>
  /** The last lines of both streams, oldest first. */
  lastLines(): string[]
  /** Sends one line to its standard input; dropped when the process has ended. */
  writeLine(line: string): void
  closeInput(): void
  /** TERM to the whole process group, KILL when it has not ended after `graceMs`; settles when it has ended. */
  stop(graceMs: number): Promise<ProcessEnd>
}

const basicVariables = [
  'PATH',
  'HOME',
  'USERPROFILE',
  'TMPDIR',
  'TMP',
  'TEMP',
  'LANG',
  'LC_*',
  'TZ',
  'SystemRoot',
  'ComSpec',
  'PATHEXT',
  'XDG_*',
  'APPDATA',
  'LOCALAPPDATA',
]
const keptLines = 40
const longestLine = 64 << 20

/** Starts a program. A program that can't be started shows as `startError` in its end, not as an exception. */
export function startProcess(file: string, args: readonly string[], options: ProcessOptions = {}): StartedProcess {
  const tail: string[] = []
  const child = execa(file, args, {
    ...(options.directory === undefined ? {} : { cwd: options.directory }),
    ...{ stdin: 'pipe', stdout: 'pipe', stderr: 'pipe', buffer: false, reject: false, windowsHide: true },
    env: { ...childEnvironment(options.passOn), ...options.set },
    extendEnv: false,
    // A group of its own: the terminal's Ctrl-C must not reach it, and all of it can be ended at once.
    detached: process.platform !== 'win32',
    cleanup: true,
  })
  if (options.nice !== undefined && options.nice > 0 && child.pid !== undefined) setNiceness(child.pid, options.nice)
  const take = (stream: 'stdout' | 'stderr') => (line: string) => {
    tail.push(line.slice(0, 2000))
    if (tail.length > keptLines) tail.shift()
    options.onLine?.(line, stream)
  }
  splitLines(child.stdout, take('stdout'))
  splitLines(child.stderr, take('stderr'))
  // Writing to a process that just ended, or that doesn't listen, is no error of ours: its end is reported by `ended`.
  child.stdin.on('error', (error) => {
    if (systemErrorCode(error) !== 'EPIPE') tail.push(`(standard input: ${error.message})`)
  })
  const ended = child.then(({ exitCode, signal, code, cause }): ProcessEnd => ({
    exitCode: exitCode ?? null,
    signal: signal ?? null,
    startError: child.pid === undefined ? (code ?? systemErrorCode(cause) ?? 'unknown') : null,
  }))
  return {
    pid: child.pid,
    ended,
    lastLines: () => [...tail],
    writeLine: (line) => void (child.stdin.writable && child.stdin.write(`${line}\n`)),
    closeInput: () => void child.stdin.end(),
    stop: async (graceMs) => {
      signalGroup(child.pid, 'SIGTERM')
      const timer = setTimeout(() => {
        signalGroup(child.pid, 'SIGKILL')
        // What left the group may keep the streams open for ever.
        for (const stream of [child.stdout, child.stderr]) stream.destroy()
      }, graceMs)
      try {
        return await ended
      } finally {
        clearTimeout(timer)
        // Whatever the leader left behind in its group.
        signalGroup(child.pid, 'SIGKILL')
      }
    },
  }
}

/** It may have ended already, or be of a kind that can't be told so. */
function setNiceness(pid: number, nice: number): void {
  try {
    os.setPriority(pid, nice)
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error
  }
}

/**
 * Runs a program to its end; `signal` stops it (TERM, KILL after 5 seconds). It gets `input`, then its standard input is closed, unless it is to tell by
 * it when this process ends.
 */
export async function runProcess(
  file: string,
  args: readonly string[],
  options: ProcessOptions & { signal?: AbortSignal; keepInput?: boolean; input?: string } = {},
): Promise<ProcessEnd & { lastLines: string[] }> {
  const started = startProcess(file, args, options)
  if (options.input !== undefined) started.writeLine(options.input)
  if (options.keepInput !== true) started.closeInput()
  const stop = (): void => void started.stop(5000)
  if (options.signal?.aborted === true) stop()
  options.signal?.addEventListener('abort', stop, { once: true })
  try {
    return { ...(await started.ended), lastLines: started.lastLines() }
  } finally {
    options.signal?.removeEventListener('abort', stop)
  }
}

/** Processors this process may use. */
export const processorCount = (): number => os.availableParallelism()

/** What a child gets of this process's environment: the basic variables, and those named. */
export const childEnvironment = (passOn: readonly string[] = []): Record<string, string> =>
  allowedEnvironment(process.env, [...basicVariables, ...passOn])

/** What of `environment` may be passed on: the names listed, a trailing `*` for any ending. Windows doesn't tell upper and lower case apart. */
export function allowedEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
  names: readonly string[],
): Record<string, string> {
  const patterns = names.map((name) => name.toLowerCase())
  const allowed = (name: string): boolean =>
    patterns.some((pattern) => (pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern))
  return Object.fromEntries(
    Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined && allowed(entry[0].toLowerCase())),
  )
}

function signalGroup(pid: number | undefined, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (pid === undefined) return
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, signal)
  } catch (error) {
    // ESRCH: nothing of it is left. EPERM: macOS says so for a group of which only zombies are left.
    const code = systemErrorCode(error)
    if (code !== 'ESRCH' && code !== 'EPERM') throw error
  }
}

function splitLines(stream: NodeJS.ReadableStream, take: (line: string) => void): void {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  stream.on('data', (chunk: Buffer) => {
    const lines = (rest + decoder.write(chunk)).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > longestLine) lines.push(rest.slice(0, longestLine))
    if (rest.length > longestLine) rest = ''
    for (const line of lines) take(line.endsWith('\r') ? line.slice(0, -1) : line)
  })
  stream.on('end', () => {
    if (rest !== '') take(rest)
  })
}
