import { rm } from 'node:fs/promises'
import path from 'node:path'
import { runnerOf } from '../runners/index.ts'
import type { RunnerLimits, RunState } from '../runners/port.ts'
import type { Trainer, TrainingJob, TrainingProgress, TrainingState } from './port.ts'
import { knownCall } from './known-call.ts'
import { recordFile, runProgram, runnerJob } from './program-run.ts'
import type { Recipe, StepSpan } from './recipe.ts'
import { finishedResult, inputsDigest } from './training-result.ts'

/** Trains with a program by its recipe, wherever it runs: a dataset folder in, an adapter folder out. */
export function programTrainer(recipe: Recipe, limits: RunnerLimits): Trainer {
  const runner = runnerOf(limits)
  const { costPerHour } = limits.runner
  const inputsOf = async (job: TrainingJob): Promise<string> => await inputsDigest(job, await recipe.inputs(job))
  return {
    name: recipe.name,
    place: runner.isHere ? undefined : runner.place,
    preflight: async (base) => {
      const ofPlace = await runner.preflight(recipe)
      return ofPlace.length > 0 ? ofPlace : await recipe.preflight(base)
    },
    estimate: () => Promise.resolve({ durationMs: null, diskBytes: null }),
    ...(recipe.fits === undefined ? {} : { fits: recipe.fits }),
    layout: recipe.layout ?? (() => Promise.resolve({ text: null, tokens: null, startOfText: '' })),
    begin: async (job, report, signal) => {
      const inputs = await inputsOf(job)
      if ((await finishedResult(job, inputs)) === undefined) await runProgram({ job, inputs, recipe, runner, costPerHour, report, signal })
      // What another process had no time for.
      else await runner.remove(recordFile(job))
      return { trainer: recipe.name, jobId: job.id }
    },
    observe: async (_handle, job) => {
      const inputs = await inputsOf(job)
      const result = await finishedResult(job, inputs)
      if (result !== undefined) return { status: 'done', result }
      const state = await runner.observe(runnerJob(job, inputs, recipe))
      // It ended since `begin` has looked, which fetches the rest the next time.
      if (state.status === 'ended' && !runner.isHere)
        return { status: 'running', progress: null, note: 'it has ended, and is fetched next' }
      return standing(recipe, state, (await knownCall(job))?.steps)
    },
    cancel: async (_handle, job) => {
      await runner.remove(recordFile(job))
      for (const name of ['dataset', 'output', 'kept']) await rm(path.join(job.directory, name), { recursive: true, force: true })
    },
  }
}

/** A run that has ended and left no result here stands for nothing. */
function standing(recipe: Recipe, state: RunState, steps: StepSpan | undefined): TrainingState {
  if (state.status !== 'running') return { status: 'lost' }
  const { lines, counted, elapsedMs, note } = state
  const nowMs = performance.now()
  const { stepMark } = recipe
  // The lines are the newest only.
  const seen = stepMark === undefined ? 0 : Math.max(0, counted - lines.filter((line) => line.includes(stepMark)).length)
  const reading = recipe.progress(nowMs - (elapsedMs ?? 0), steps, seen)
  const progress = lines.reduce<TrainingProgress | null>((last, line) => reading.take(line, nowMs) ?? last, null)
  return { status: 'running', progress, note }
}
