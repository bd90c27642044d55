import type { CycleLogs } from '../cycle/cycle-log.ts'
import type { Progress, Workshop } from '../cycle/parts.ts'
import { ProgressPace } from '../cycle/progress-pace.ts'
import type { Step } from '../cycle/step.ts'
import type { Clock } from '../system/clock.ts'
import type { LogEntry } from '../system/log.ts'
import type { Output } from './output.ts'
import { describe, ProgressDisplay } from './progress.ts'

/** Tells what goes on: to people or to a log on standard error, and to the log of the cycle. */
export class Narrator {
  readonly #output: Output
  readonly #logs: CycleLogs
  readonly #clock: Clock
  readonly #display: ProgressDisplay
  readonly #pace = new ProgressPace()
  /** What is at work, for what is said without telling it. */
  #at: { cycle: string | null; step: string | null } = { cycle: null, step: null }

  constructor(output: Output, logs: CycleLogs, clock: Clock) {
    this.#output = output
    this.#logs = logs
    this.#clock = clock
    this.#display = new ProgressDisplay(output)
  }

  readonly log: Workshop['log'] = async (entry) => {
    this.#at = entry.event === 'cycle-closed' ? { cycle: null, step: null } : { cycle: entry.cycle, step: entry.step }
    this.#output.log(entry)
    await this.#logs.write(entry)
  }

  readonly report: Workshop['report'] = (cycle, step, progress) => {
    const nowMs = this.#clock.now().getTime()
    void this.#display.show(step, progress, nowMs)
    if (this.#pace.isDue(step, nowMs)) void this.log(progressEntry(cycle, step, progress))
  }

  readonly notice: Workshop['notice'] = (text, at = this.#at) => {
    this.settle()
    const entry: LogEntry = { level: 'warn', event: 'note', ...at, message: text }
    if (this.#output.logs) this.#output.log(entry)
    else this.#output.note(text)
    void this.#logs.write(entry)
  }

  /** Takes the progress display away before a result is printed. */
  settle(): void {
    this.#display.clear()
  }
}

function progressEntry(cycle: string | null, step: Step | null, progress: Progress): LogEntry {
  const { done, total, timeLeftMs } = progress
  return { level: 'info', event: 'progress', cycle, step, done, total, timeLeftMs, message: describe(null, progress) }
}
