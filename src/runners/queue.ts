import type { Problem } from '../problem.ts'
import type { Look } from './job-folder.ts'

export interface StagedJob {
  /** The absolute folder there that holds jobs and bases. */
  root: string
  id: string
  limitSeconds: number
}

/** What becomes of a job that has not ended: nothing any more when it is `gone`. */
export type QueueState = 'waiting' | 'working' | 'gone'

/** Starts the wrapper of a job that lies ready in its folder there, and knows whether it is still to be reckoned with. */
export interface Queue {
  /** As in `Runner`. */
  readonly givesCards?: boolean
  /** What it lacks; empty when jobs can be started. Throws GI-RUNNER-... when it can't be reached. */
  problems(): Promise<Problem[]>
  /** Starts the job. Twice is no harm: the wrapper runs the program once. Throws GI-RUNNER-REFUSED. */
  start(job: StagedJob, signal: AbortSignal): Promise<void>
  state(id: string, look: Look): Promise<QueueState>
  /** Ends the job and waits for it. May be repeated. */
  stop(root: string, id: string): Promise<void>
}
