import type { Config } from '../config/schema.ts'
import type { Problem } from '../problem.ts'
import type { ModelPlaces, ProgramCall, ProgramPaths } from '../trainers/recipe.ts'

/** One training program that is to run once, somewhere. */
export interface RunnerJob {
  /** The same for every attempt at the same training, and another one for every other training. */
  id: string
  /** Folders here: what the program reads, and where its output belongs. */
  dataset: string
  output: string
  /** A file here in which the runner may keep what it has to know the next time. */
  record: string
  base: { path: string; digest: string }
  /** Whether the program reads the base itself; else it isn't sent anywhere. */
  readsBase: boolean
  /** The base in the form that the program needs, where it needs one. */
  model: ModelPlaces
  /** What stands in lines of the program that are to be counted. */
  countedLines: string | undefined
  /** Fills `dataset` for a program that sees these paths, and says how it is started. */
  layOut(paths: ProgramPaths): Promise<ProgramCall>
}

export interface RunEnd {
  /** Null when a signal ended it. */
  exitCode: number | null
  /** What ended it, or what it was told to end by. */
  signal: string | null
  /** Set when it was stopped at its time limit: which setting says so. */
  limit: string | null
  /** The disk that it wrote to is full, so its end is no wonder. */
  diskIsFull: boolean
  /** Oldest first. */
  lastLines: string[]
  /** How long the program ran. */
  durationMs: number
}

export type RunState =
  /** `lines`: the newest that it printed; `counted`: of all, those to be counted; `elapsedMs`: since its start, null while it waits for it; `note`: what else there is to say. */
  | { status: 'running'; lines: string[]; counted: number; elapsedMs: number | null; note: string | null }
  | { status: 'ended'; end: RunEnd }
  /** Nothing of it is at work, and nobody knows how it ended. */
  | { status: 'lost' }

export interface ProgramNeeds {
  /** Absolute, where the program runs. */
  program: string
  model: Pick<ModelPlaces, 'there'>
}

/**
 * Runs training programs at one place. A job goes on when this process ends, unless the runner is the one of this machine; whoever comes
 * later with the same job finds it again. Throws GI-RUNNER-... when the place can't be reached or used.
 */
export interface Runner {
  /** For people: "on this machine", "on forge". */
  readonly place: string
  /** Whether programs run on this machine and see its files. */
  readonly isHere: boolean
  /** Whether its queue gives jobs graphics cards; left out, they see those of the machine. */
  readonly givesCards?: boolean | undefined
  /** Runs programs on the machine that takes the jobs, and gives the lines that they print; one that fails has printed less. Left out by the runner of this machine. */
  ask?(...commands: readonly (readonly string[])[]): Promise<string[]>
  /** What the place lacks, in words for the user; empty when the program can run. Never throws. */
  preflight(needs: ProgramNeeds): Promise<Problem[]>
  /**
   * Starts the job unless it was started already; called twice, it runs once. One that was lost is set aside with GI-RUNNER-LOST, and started again
   * by the next call. The runner of this machine works inside the call. `onLine` hears what the program prints meanwhile.
   */
  begin(job: RunnerJob, onLine: (line: string) => void, signal: AbortSignal): Promise<void>
  observe(job: RunnerJob): Promise<RunState>
  /** Brings the output of an ended job to `job.output`, every file checked by its digest; `onLine` hears what it printed and was not told yet. */
  fetch(job: RunnerJob, onLine: (line: string) => void): Promise<void>
  /** Forgets the attempt that has ended, so that `begin` starts another; its output there stays for it to go on from. */
  again(job: RunnerJob): Promise<void>
  /** Stops the job that `record` is about if it is at work, and removes everything of it there. May be repeated. */
  remove(record: string): Promise<void>
}

export type RunnerLimits = Pick<Config['trainer'], 'timeLimitHours' | 'nice' | 'runner'>
