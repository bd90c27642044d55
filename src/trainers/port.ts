import type { TrainingLayout } from '../evaluation/prompt-layout.ts'
import type { ChatMessage } from '../learnings/learning.ts'
import type { Problem } from '../problem.ts'

/** The training's settings, in the field's words. */
export interface TrainingSettings {
  /** LoRA rank r. */
  rank: number
  /** LoRA alpha; the adapter's scale is alpha / rank. */
  alpha: number
  /** Base tensors that get an adapter, as llama.cpp names them: attn_q, attn_k, attn_v, attn_output, ffn_gate, ffn_up, ffn_down. */
  targetModules: string[]
  learningRate: number
  /** The learning rate at the end of the cosine schedule; above 0. */
  minimumLearningRate: number
  /** Passes over the training set; may be a fraction. */
  epochs: number
  /** Tokens a training step sees. */
  contextLength: number
  seed: number
}

export interface TrainingJob {
  /** The same for every attempt at the same training, so that it can be found again. */
  id: string
  base: { path: string; digest: string }
  /** train.jsonl: a row `{"id","messages":[{role,content},...]}` each. */
  trainFile: string
  settings: TrainingSettings
  /** Adapters to keep from ends of passes, that of the end included; 1 when left out. A trainer that can't keep them leaves the last one only. */
  keep?: number
  /** Everything the training writes lies in here; it may hold the checkpoints of an interrupted attempt. */
  directory: string
}

export interface TrainingProgress {
  step: number
  totalSteps: number
  loss: number | null
  /** What is done before the first step, in words with its share; undefined while steps are. */
  preparing?: string
  /** Estimated milliseconds until the training is done; null while unknown. */
  timeLeftMs: number | null
}

export interface KeptCheckpoint {
  /** Steps done by then. */
  step: number
  adapter: string
}

export interface TrainingResult {
  /** A GGUF LoRA file inside the job's directory. */
  adapter: string
  steps: number
  /** Adapters kept at ends of earlier passes, oldest first: GGUF LoRA files inside the job's directory. */
  checkpoints?: KeptCheckpoint[]
  finalLoss: number | null
  /** How long it trained, where that is known better than by the time that `begin` took. */
  durationMs?: number | undefined
  /** What the trainer wants to have on record (versions, packing, resumed or not). */
  details: Record<string, unknown>
}

export interface TrainingHandle {
  trainer: string
  jobId: string
}

export type TrainingState =
  /** `note`: what else there is to say of a training that runs elsewhere. */
  | { status: 'running'; progress: TrainingProgress | null; note: string | null }
  | { status: 'done'; result: TrainingResult }
  | { status: 'lost' }

/** Turns a prepared dataset into a LoRA adapter. Must leave nothing outside `job.directory`, but for what its cache keeps. */
export interface Trainer {
  readonly name: string
  /** Where it trains, in words, when that is not on this machine. */
  readonly place?: string | undefined
  /** What this trainer needs and hasn't got, in words for the user; empty when it can run. Never throws. */
  preflight(base: { path: string }): Promise<Problem[]>
  /** Says which conversations a training step can see whole; a trainer without it takes them all, or cuts them itself. */
  fits?(job: {
    base: { path: string }
    settings: Pick<TrainingSettings, 'contextLength'>
  }): Promise<(messages: readonly ChatMessage[]) => boolean>
  /** Expected milliseconds and bytes of disk for this job; null where it can't say. */
  estimate(job: TrainingJob): Promise<{ durationMs: number | null; diskBytes: number | null }>
  /** What stands before the answer to `messages` in a training on this base. */
  layout(base: { path: string }, messages: readonly ChatMessage[]): Promise<TrainingLayout>
  /**
   * Starts, or finds again, the training of `job`. Calling it twice for the same job must not train twice.
   * A trainer that works inside the call returns when the adapter is there; it stops at a checkpoint when `signal` aborts.
   */
  begin(job: TrainingJob, report: (progress: TrainingProgress) => void, signal: AbortSignal): Promise<TrainingHandle>
  /** `running` lets `check --once` return and ask again at the next tick (remote hosts). */
  observe(handle: TrainingHandle, job: TrainingJob): Promise<TrainingState>
  /** Ends a training that is at work elsewhere, and removes what is left of it. May be repeated. */
  cancel(handle: TrainingHandle, job: Pick<TrainingJob, 'id' | 'directory'>): Promise<void>
}

/** What trainers need beside their configuration. */
export interface TrainerSurroundings {
  homeRoot: string
  engineDirectory: string
  /** Where `trainer install` puts its environments, one folder each. */
  trainersDirectory: string
  /** For what is made once and serves every training. */
  cacheDirectory: string
  /** Checks a file again only when it changed; without it each preflight looks at the base anew. `name` is one for each kind of check. */
  checkFile?: (name: string, file: string, check: () => Promise<Problem[]>) => Promise<Problem[]>
}
