import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import path from 'node:path'
import type { Config } from '../config/schema.ts'
import { trainingProblems } from '../engine/base-support.ts'
import { stateFiles } from '../engine/checkpoint.ts'
import { keptSteps } from '../engine/kept-steps.ts'
import { engineVersion } from '../engine/packages.ts'
import { planTraining, trainingCost } from '../engine/plan.ts'
import { trainingLayout } from '../engine/render.ts'
import { requireEngine } from '../engine/status.ts'
import { preparationBytes, trainableBase } from '../engine/trainable-base.ts'
import { keptAdapter, runTraining } from '../engine/train.ts'
import { startWorker } from '../engine/worker-client.ts'
import { GenesisError } from '../errors.ts'
import { readGgufSummary } from '../gguf/summary.ts'
import { makeDirectory, writeError } from '../state/files.ts'
import { namesIn } from '../state/names-in.ts'
import { processorCount } from '../system/process.ts'
import { finishedResult, inputsDigest, recordResult } from './training-result.ts'
import type { Trainer, TrainerSurroundings, TrainingHandle, TrainingJob, TrainingProgress } from './port.ts'

export interface EngineTrainerOptions extends Omit<TrainerSurroundings, 'homeRoot' | 'trainersDirectory'> {
  /** Another worker in tests. */
  workerFile?: string
  silenceLimitMs?: number
}

/** Changed whenever the same inputs would give another adapter. */
const recipe = 'one-step-calls-1'
const how = { recipe, engineVersion }

/** Node's timers take no more; a longer one would fire at once. */
const longestTimerMs = 2 ** 31 - 1

/** Everything of the engine's trainer but its preflight. */
export function engineTraining(config: Training['config'], options: EngineTrainerOptions): Omit<Trainer, 'name' | 'preflight'> {
  return {
    estimate: async (job) => {
      const { conversations } = await planTraining(job)
      const { stepMs, adapterBytes } = await trainingCost(job, processorCount())
      const preparation = await preparationBytes(job.base, options.cacheDirectory)
      // Two checkpoints of three adapters each (Adam keeps two moments), the one that is being made, the adapter itself, and those that are kept.
      const adapters = 9 + (job.keep ?? 1)
      return { durationMs: Math.round(stepMs * conversations.length), diskBytes: adapters * adapterBytes + preparation }
    },
    layout: async (base, messages) => trainingLayout(await readGgufSummary(base.path), messages),
    begin: async (job, report, signal) => {
      const handle: TrainingHandle = { trainer: 'engine', jobId: job.id }
      const inputs = await inputsDigest(job, how)
      if ((await finishedResult(job, inputs)) === undefined) await train({ job, inputs, config, options, report, signal })
      return handle
    },
    observe: async (_handle, job) => {
      const result = await finishedResult(job, await inputsDigest(job, how))
      return result === undefined ? { status: 'lost' } : { status: 'done', result }
    },
    cancel: async (_handle, job) => {
      for (const name of ['checkpoints', 'kept', ...(await attemptsIn(job.directory))])
        await rm(path.join(job.directory, name), { recursive: true, force: true })
    },
  }
}

interface Training {
  job: TrainingJob
  inputs: string
  config: Pick<Config['trainer'], 'timeLimitHours' | 'nice'>
  options: EngineTrainerOptions
  report: (progress: TrainingProgress) => void
  signal: AbortSignal
}

async function train({ job, inputs, config, options, report, signal }: Training): Promise<void> {
  await requireEngine(options.engineDirectory)
  await requireTrainable(job.base.path)
  const plan = await planTraining(job)
  const base = await trainableBase({
    ...{ base: job.base, cacheDirectory: options.cacheDirectory, signal },
    report: ({ doneBytes, totalBytes }) => {
      const preparing = `preparing the base ${Math.floor((100 * doneBytes) / totalBytes)}%`
      report({ step: 0, totalSteps: plan.conversations.length, loss: null, timeLeftMs: null, preparing })
    },
  })
  for (const name of await attemptsIn(job.directory)) await rm(path.join(job.directory, name), { recursive: true, force: true })
  const scratch = await makeScratch(job.directory)
  const log = createWriteStream(path.join(job.directory, 'training.log'), { flags: 'a', mode: 0o600 })
  // A full disk must fail the training where it writes its checkpoints, not through its log.
  let logFailure: Error | undefined
  log.on('error', (error) => (logFailure = error))
  const note = (line: string): void => void (logFailure === undefined && log.write(`${line}\n`))
  const timeLimit = AbortSignal.timeout(Math.min(config.timeLimitHours * 3_600_000, longestTimerMs))
  const worker = startWorker({
    ...{ engineDirectory: options.engineDirectory, workerFile: options.workerFile, onChatter: note, nice: config.nice },
    ...(options.silenceLimitMs === undefined ? {} : { silenceLimitMs: options.silenceLimitMs }),
    signal: AbortSignal.any([signal, timeLimit]),
  })
  const kept = path.join(job.directory, 'kept')
  const steps = keptSteps(plan.conversations.length, job.settings.epochs, job.keep ?? 1)
  try {
    const outcome = await runTraining({
      ...{
        worker,
        inputs,
        scratch,
        base,
        conversations: plan.conversations,
        template: plan.template,
        settings: job.settings,
      },
      ...{ checkpoints: path.join(job.directory, 'checkpoints'), processors: processorCount(), keptSteps: steps, kept },
      onStep: progressReporter(plan.conversations.length, report, note),
    })
    await worker.close()
    const { rows, tokens, leftOut, exactTokens } = plan
    await recordResult(job, inputs, {
      ...{ adapter: path.join(outcome.last.directory, stateFiles.adapter), steps: plan.conversations.length, finalLoss: outcome.finalLoss },
      checkpoints: steps.map((step) => ({ step, adapter: keptAdapter(kept, step) })),
      details: { engine: engineVersion, recipe, rows, tokens, exactTokens, leftOut, resumedAt: outcome.resumedAt },
    })
    await rm(path.join(job.directory, 'checkpoints'), { recursive: true, force: true })
  } catch (error) {
    if (timeLimit.aborted && !signal.aborted)
      throw new GenesisError('GI-ENGINE-TIME-LIMIT', { why: `trainer.timeLimitHours is ${config.timeLimitHours}` })
    throw error
  } finally {
    await worker.close()
    log.end()
    await rm(scratch, { recursive: true, force: true })
  }
}

function progressReporter(
  totalSteps: number,
  report: Training['report'],
  note: (line: string) => void,
): (step: number, loss: number | null) => void {
  const started = performance.now()
  let first: number | undefined
  return (step, loss) => {
    first ??= step - 1
    const elapsedMs = performance.now() - started
    note(`step ${step} of ${totalSteps}, loss ${loss?.toFixed(4) ?? '?'}, after ${(elapsedMs / 1000).toFixed(1)} s`)
    report({ step, totalSteps, loss, timeLeftMs: Math.round((elapsedMs / (step - first)) * (totalSteps - step)) })
  }
}

async function requireTrainable(file: string): Promise<void> {
  const problems = trainingProblems(await readGgufSummary(file))
  const [first] = problems
  if (first !== undefined)
    throw new GenesisError('GI-BASE-UNSUPPORTED', { why: problems.map(({ what }) => what).join(' '), remedy: first.remedy })
}

async function makeScratch(directory: string): Promise<string> {
  await makeDirectory(directory)
  try {
    return await mkdtemp(path.join(directory, 'attempt-'))
  } catch (error) {
    throw writeError(error, directory)
  }
}

/** Left behind by attempts that were killed. */
async function attemptsIn(directory: string): Promise<string[]> {
  return (await namesIn(directory)).filter((name) => name.startsWith('attempt-'))
}
