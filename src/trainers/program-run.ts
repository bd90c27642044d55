import { createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { GenesisError } from '../errors.ts'
import { costOf } from '../runners/cost.ts'
import type { Runner, RunnerJob } from '../runners/port.ts'
import { failedRun } from './failed-run.ts'
import { knownCall, rememberCall } from './known-call.ts'
import type { TrainingJob, TrainingProgress } from './port.ts'
import { checkpointsIn } from './program-checkpoints.ts'
import { adapterIn, keepOutputOf, layOutDataset } from './program-files.ts'
import type { ProgressReading, Recipe } from './recipe.ts'
import { recordResult } from './training-result.ts'

interface ProgramRun {
  job: TrainingJob
  inputs: string
  recipe: Recipe
  runner: Runner
  /** What an hour there costs. */
  costPerHour: number | undefined
  report: (progress: TrainingProgress) => void
  signal: AbortSignal
}

/** What is known here of a training that runs elsewhere. */
export const recordFile = ({ directory }: Pick<TrainingJob, 'directory'>): string => path.join(directory, 'remote.json')

/** The training as a runner takes it. Its name tells it from every other one, since one machine serves many homes. */
export function runnerJob(job: TrainingJob, inputs: string, recipe: Recipe): RunnerJob {
  const folders = { dataset: path.join(job.directory, 'dataset'), output: path.join(job.directory, 'output') }
  return {
    ...{ id: `${job.id}-${inputs.slice(0, 12)}`, ...folders, record: recordFile(job), base: job.base, model: recipe.model },
    ...{ readsBase: recipe.readsBase, countedLines: recipe.stepMark },
    layOut: async (paths) => {
      const call = await recipe.call(job, paths, await keepOutputOf(folders.output, inputs))
      await layOutDataset(job, folders.dataset, call.files)
      await rememberCall(job, call)
      return call
    },
  }
}

/** Starts or finds the program's run; of one that has ended it takes the adapter. */
export async function runProgram({ job, inputs, recipe, runner, costPerHour, report, signal }: ProgramRun): Promise<void> {
  const made = runnerJob(job, inputs, recipe)
  let progress: ProgressReading = recipe.progress(performance.now(), (await knownCall(job))?.steps)
  const run: RunnerJob = {
    ...made,
    layOut: async (paths) => {
      const call = await made.layOut(paths)
      progress = recipe.progress(performance.now(), call.steps)
      return call
    },
  }
  const log = createWriteStream(path.join(job.directory, 'training.log'), { flags: 'a', mode: 0o600 })
  // A full disk must fail the training where it writes its adapter, not through its log.
  log.on('error', () => log.destroy())
  const heard = (line: string): TrainingProgress | null => {
    if (!log.destroyed) log.write(`${stripVTControlCharacters(line)}\n`)
    return progress.take(line, performance.now())
  }
  try {
    await runner.begin(
      run,
      (line) => {
        const said = heard(line)
        if (said !== null) report(said)
      },
      signal,
    )
    const state = await runner.observe(run)
    if (state.status === 'running') return
    if (state.status === 'lost') throw new GenesisError('GI-RUNNER-LOST')
    await runner.fetch(run, heard)
    const failure = failedRun(recipe, runner.place, state.end)
    if (failure?.temporary === true) await runner.again(run)
    if (failure !== null) throw failure
    const { durationMs, lastLines } = state.end
    const call = await knownCall(job)
    const where = runner.isHere ? {} : { place: runner.place, cost: costOf(durationMs, costPerHour) }
    const details = { program: path.basename(recipe.program), ...where, ...call?.details }
    const from = { output: run.output, result: call?.result, base: job.base.path, lastWords: recipe.cause(lastLines) }
    const adapter = await adapterIn(from)
    const checkpoints = await checkpointsIn(path.join(run.output, call?.result ?? ''), job, adapter)
    await recordResult(job, inputs, { adapter, checkpoints, steps: progress.steps, finalLoss: progress.lastLoss, durationMs, details })
  } finally {
    log.end()
  }
  await runner.remove(run.record)
  await rm(run.output, { recursive: true, force: true })
}
