import { createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { GenesisError } from '../errors.ts'
import type { Trainer, TrainingHandle, TrainingJob, TrainingProgress } from './port.ts'
import { checkpointsIn } from './program-checkpoints.ts'
import { adapterIn, keepOutputOf, layOutDataset } from './program-files.ts'
import type { Recipe } from './recipe.ts'
import { runHere } from './run-here.ts'
import type { Run } from './run-here.ts'
import { finishedResult, inputsDigest, recordResult } from './training-result.ts'

/** What a program says about itself by its exit status, as sysexits.h has it: try again later. */
const temporaryFailure = 75

/** Trains with a program by its recipe: a dataset folder in, an adapter folder out. */
export function programTrainer(recipe: Recipe, limits: Run['limits']): Trainer {
  const inputsOf = async (job: TrainingJob): Promise<string> => await inputsDigest(job, await recipe.inputs(job))
  return {
    name: recipe.name,
    preflight: async (base) => await recipe.preflight(base),
    estimate: () => Promise.resolve({ durationMs: null, diskBytes: null }),
    ...(recipe.fits === undefined ? {} : { fits: recipe.fits }),
    layout: recipe.layout ?? (() => Promise.resolve({ text: null, tokens: null, startOfText: '' })),
    begin: async (job, report, signal) => {
      const handle: TrainingHandle = { trainer: recipe.name, jobId: job.id }
      const inputs = await inputsOf(job)
      if ((await finishedResult(job, inputs)) === undefined) await train({ job, inputs, recipe, limits, report, signal })
      return handle
    },
    observe: async (_handle, job) => {
      const result = await finishedResult(job, await inputsOf(job))
      return result === undefined ? { status: 'lost' } : { status: 'done', result }
    },
    cancel: async (_handle, job) => {
      for (const name of ['dataset', 'output', 'kept']) await rm(path.join(job.directory, name), { recursive: true, force: true })
    },
  }
}

interface Training extends Pick<Run, 'limits' | 'signal'> {
  job: TrainingJob
  inputs: string
  recipe: Recipe
  report: (progress: TrainingProgress) => void
}

async function train({ job, inputs, recipe, limits, report, signal }: Training): Promise<void> {
  if (signal.aborted) throw new GenesisError('GI-INTERRUPTED')
  const folders = { dataset: path.join(job.directory, 'dataset'), output: path.join(job.directory, 'output') }
  const kept = await keepOutputOf(folders.output, inputs)
  const call = await recipe.call(job, { ...folders, base: job.base.path, model: recipe.model }, kept)
  await layOutDataset(job, folders.dataset, call.files)
  const log = createWriteStream(path.join(job.directory, 'training.log'), { flags: 'a', mode: 0o600 })
  // A full disk must fail the training where it writes its adapter, not through its log.
  log.on('error', () => log.destroy())
  const progress = recipe.progress(performance.now(), call.steps)
  const onLine = (line: string): void => {
    if (!log.destroyed) log.write(`${stripVTControlCharacters(line)}\n`)
    const said = progress.take(line, performance.now())
    if (said !== null) report(said)
  }
  let ended
  try {
    ended = await runHere({ call, directory: folders.output, limits, onLine, signal })
  } finally {
    log.end()
  }
  if (ended.exitCode !== 0) throw failure(recipe, call.program, ended)
  const adapter = await adapterIn({
    output: folders.output,
    result: call.result,
    base: job.base.path,
    lastWords: recipe.cause(ended.lastLines),
  })
  const details = { program: path.basename(call.program), ...call.details }
  const checkpoints = await checkpointsIn(path.join(folders.output, call.result ?? ''), job, adapter)
  await recordResult(job, inputs, { adapter, steps: progress.steps, checkpoints, finalLoss: progress.lastLoss, details })
  await rm(folders.output, { recursive: true, force: true })
}

function failure(
  recipe: Recipe,
  program: string,
  { exitCode, signal, lastLines }: { exitCode: number | null; signal: string | null; lastLines: string[] },
): GenesisError {
  const how = signal === null ? `status ${exitCode}` : signal
  return new GenesisError(exitCode === temporaryFailure ? 'GI-TRAINER-AWAY' : 'GI-TRAINER-FAILED', {
    what: `${path.basename(program)} ended with ${how}.`,
    why: recipe.cause(lastLines),
  })
}
