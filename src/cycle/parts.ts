import type { FoundBase } from '../base/find-base.ts'
import type { Corpus } from '../corpora/port.ts'
import type { Runtime } from '../runtimes/port.ts'
import type { Serving } from '../serving/port.ts'
import type { Clock } from '../system/clock.ts'
import type { LogEntry } from '../system/log.ts'
import type { Home } from '../state/home.ts'
import type { Trainer } from '../trainers/port.ts'
import type { Config } from '../config/schema.ts'
import type { HookEvent, HookName } from '../hooks/event.ts'
import type { Step } from './step.ts'

/** The implementations a cycle works with. */
export interface Parts {
  corpus: Corpus
  trainer: Trainer
  runtime: Runtime
  serving: Serving
}

/** How far long work is. */
export interface Progress {
  /** In words: "training", "answering 40 of 300 items with the baseline". */
  text: string
  done: number | null
  total: number | null
  timeLeftMs: number | null
}

/** What the cycle needs from outside; built in src/app.ts. */
export interface Workshop {
  home: Home
  clock: Clock
  /** Aborted when the caller is told to stop (TERM, INT) or the cycle is cancelled. */
  signal: AbortSignal
  parts: (config: Config) => Promise<Parts>
  /** The file whose lock a training holds; null where trainings of other homes don't matter. */
  trainingLock: (config: Config) => string | null
  /** The configured base, found and readable; null when none is configured. Throws what keeps it from being found. */
  base: (config: Config) => Promise<FoundBase | null>
  report: (cycle: string | null, step: Step | null, progress: Progress) => void
  /** The user's programs that are told what happens; `run` gives why one failed, in words, or null. */
  hook: { wants: (name: HookName) => boolean; run: (event: HookEvent) => Promise<string | null> }
  /** Puts an event into the log of its cycle, and of this call where it keeps one. */
  log: (entry: LogEntry) => Promise<void>
  /** Takes secrets out of a text that is to be kept. */
  conceal: (text: string) => string
  /** Says something the operator should know but need not act on; `at` where it is not about what is at work. */
  notice: (text: string, at?: Pick<LogEntry, 'cycle' | 'step'>) => void
}
