import { appendFileSync, closeSync, fstatSync, openSync, readSync } from 'node:fs'
import path from 'node:path'
import { systemErrorCode } from '../errors.ts'
import type { Home } from '../state/home.ts'
import type { Clock } from '../system/clock.ts'
import type { Log, LogEntry } from '../system/log.ts'
import { cycleDirectory } from './cycle-directory.ts'

/** What happened in a cycle, a JSON line an event. */
export const cycleLogFile = (cycle: string): string => path.join(cycle, 'log.jsonl')

/**
 * Keeps log.jsonl in the directory of each cycle. It is there for people: a line that can't be written (a full disk, a cycle that was set aside)
 * is dropped, since the work says itself what it fails on.
 */
export class CycleLogs {
  readonly #home: Home
  readonly #surroundings: { clock: Clock; conceal: (text: string) => string }
  #writing: Promise<void> = Promise.resolve()
  #open: { cycle: string; log: Log } | null = null

  constructor(home: Home, surroundings: { clock: Clock; conceal: (text: string) => string }) {
    this.#home = home
    this.#surroundings = surroundings
  }

  /** Appends an entry to the log of its cycle; one that belongs to no cycle is kept nowhere. One after the other. */
  async write(entry: LogEntry): Promise<void> {
    const { cycle } = entry
    if (cycle === null) return
    this.#writing = this.#writing.then(async () => (await this.#logOf(cycle))(entry))
    await this.#writing
  }

  async #logOf(cycle: string): Promise<Log> {
    if (this.#open?.cycle !== cycle) {
      const { jsonLog } = await import('../system/log.ts')
      const file = cycleLogFile(cycleDirectory(this.#home, cycle))
      this.#open = { cycle, log: jsonLog({ write: (line) => appendIfPossible(file, line) }, this.#surroundings) }
    }
    return this.#open.log
  }
}

function appendIfPossible(file: string, line: string): void {
  try {
    appendLine(file, line)
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error
  }
}

/** A line that a kill cut short is closed first, so that it spoils itself only. */
function appendLine(file: string, line: string): void {
  const descriptor = openSync(file, 'a+', 0o600)
  try {
    const { size } = fstatSync(descriptor)
    const last = Buffer.alloc(1)
    if (size > 0) readSync(descriptor, last, 0, 1, size - 1)
    appendFileSync(descriptor, size > 0 && last[0] !== 0x0a ? `\n${line}` : line)
  } finally {
    closeSync(descriptor)
  }
}
