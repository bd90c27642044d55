import type { Problem } from '../problem.ts'
import type { Trainer, TrainingJob, TrainingProgress } from './port.ts'

/** Absolute paths as the training program sees them, on the machine where it runs. */
export interface ProgramPaths {
  /** A folder with train.jsonl, valid.jsonl, preferences.jsonl, and what the call puts there. */
  dataset: string
  /** Where the adapter belongs; kept between attempts, so that the program may go on from its own checkpoints. */
  output: string
  /** The base, a GGUF file; there if the recipe says that it is read. */
  base: string
  /** The same model in the form that the program needs, where it needs one. */
  model: string | undefined
}

/** Folders with a model, absolute. That where the program runs counts, if there is one; else that of this machine, which is brought there. */
export interface ModelPlaces {
  there?: string | undefined
  /** With the names of the files that the program reads. */
  here?: { folder: string; files: () => Promise<string[]> }
}

/** How a training program is started. */
export interface ProgramCall {
  program: string
  args: string[]
  /** Environment variables that it gets. */
  set: Record<string, string>
  /** Names of variables that it may see as they are where it runs; a trailing `*` stands for any ending. */
  passOn: string[]
  /** Written into the dataset folder before the start: name to text. The name may have a folder in it, with a slash. */
  files: Record<string, string>
  /** Folder of the output, relative to it, in which this attempt leaves its adapter; left out: wherever in the output one is. */
  result?: string
  steps?: StepSpan
  /** What to have on record beside the adapter. */
  details?: Record<string, unknown>
}

/** Steps of a training. */
export interface StepSpan {
  /** Done by earlier attempts. */
  done: number
  /** In all; null while unknown. */
  total: number | null
}

/** Adds up what a program prints to the one shape of progress. */
export interface ProgressReading {
  /** Null when the line says nothing new. */
  take(line: string, nowMs: number): TrainingProgress | null
  readonly lastLoss: number | null
  readonly steps: number
}

/** What a training program needs, is told, and says: everything about it but where it runs. */
export interface Recipe {
  readonly name: string
  /** What is started, absolute, where it runs. */
  readonly program: string
  /** Where the folder of `ProgramPaths.model` comes from. */
  readonly model: ModelPlaces
  /** Whether it reads the base, a GGUF file. */
  readonly readsBase: boolean
  /** What of its kind would give another adapter. */
  inputs(job: TrainingJob): Promise<Record<string, unknown>>
  /** As in `Trainer`, but for what the runner says. Never throws. */
  preflight(base: { path: string }): Promise<Problem[]>
  /** Which conversations a training step can see whole; left out: all, or it cuts them itself. */
  fits?: NonNullable<Trainer['fits']>
  /** As in `Trainer`; left out: it lays messages out as it likes. */
  layout?: Trainer['layout']
  /** The same for the same arguments. `kept`: what earlier attempts left in the output folder, relative paths with slashes. */
  call(job: TrainingJob, paths: ProgramPaths, kept: readonly string[]): Promise<ProgramCall>
  /** `seen`: steps of this attempt that are done before the first line it is told. */
  progress(startedMs: number, steps?: StepSpan, seen?: number): ProgressReading
  /** What stands in each line that counts one more step, where lines don't say which step they are about. */
  readonly stepMark?: string
  /** Why it failed, out of its last lines, oldest first. */
  cause(lastLines: readonly string[]): string
}
