import path from 'node:path'
import type { Config } from '../config/schema.ts'
import type { PythonTrainer } from '../config/python-trainer.ts'
import { GenesisError } from '../errors.ts'
import { readModelFolder } from '../hugging-face/model-folder.ts'
import { loadedFiles } from '../hugging-face/loaded-files.ts'
import type { ChatMessage } from '../learnings/learning.ts'
import { installedVersion, pythonIn } from '../python/environment.ts'
import { trainerPackages } from '../python/packages.ts'
import { runnerOf } from '../runners/index.ts'
import type { Attempt } from './attempts.ts'
import { readDatasetRows } from './dataset-rows.ts'
import type { DatasetRows } from './dataset-rows.ts'
import { readFolderTemplate } from './folder-template.ts'
import { extraProblems } from './known-keys.ts'
import type { KnownKeys } from './known-keys.ts'
import type { TrainerSurroundings, TrainingJob } from './port.ts'
import { quietVariables, usualVariables } from './program-environment.ts'
import { failureCause, ProgressReader } from './program-output.ts'
import type { Reported } from './program-output.ts'
import { memoryProblems, modelProblems, problemsIn, programProblems, templateProblems } from './python-problems.ts'
import { pythonPlace } from './python-place.ts'
import type { ProgramCall, ProgramPaths, Recipe } from './recipe.ts'
import { trainingSettings } from './settings.ts'
import { layerNamesOf, planTraining } from './training-plan.ts'
import type { TrainingPlan } from './training-plan.ts'

/** What a start is made from. */
export interface Preparation {
  plan: TrainingPlan
  rows: DatasetRows
  paths: ProgramPaths & { model: string }
  /** As in `Recipe.call`. */
  kept: readonly string[]
  /** The user's own settings of the trainer; known to be its. */
  extra: Readonly<Record<string, unknown>>
  /** Whether there is nothing faster than the processor. */
  onProcessor: boolean
  /** Lays a conversation out by the chat template of the model. Throws GI-MODEL-FOLDER. */
  textOf: (messages: readonly ChatMessage[]) => { prompt: string; answer: string }
}

/** One start of a program. */
export interface Prepared extends Pick<ProgramCall, 'args' | 'set' | 'files'> {
  attempt: Attempt
}

/** What one trainer that is a Python program has of its own. */
export interface PythonProgram {
  readonly name: PythonTrainer
  keys: (method: TrainingPlan['method']) => KnownKeys
  /** Whether it trains on NVIDIA's cards, whose memory may be too small. */
  readonly fillsCards: boolean
  /** Whether it uses `textOf`. */
  readonly takesText: boolean
  prepare(from: Preparation): Prepared
  /** What a line says. */
  read: (line: string) => Reported
}

/** More than any batch holds. */
const manyRows = 1e6

/** Trains on a Hugging Face folder with a Python program, after making sure that the folder is the model that is served. */
export function pythonRecipe(program: PythonProgram, config: Config['trainer'], around: TrainerSurroundings): Recipe {
  const model = path.resolve(around.homeRoot, config.model ?? '')
  const wanted = trainerPackages[program.name]
  const python =
    config.python === undefined ? pythonIn(path.join(around.trainersDirectory, program.name)) : path.resolve(around.homeRoot, config.python)
  const extra = config.extra ?? {}
  const runner = runnerOf(config)
  const plans = async (job: TrainingJob): Promise<{ plan: TrainingPlan; rows: DatasetRows }> => {
    const [{ parameters }, rows] = await Promise.all([readModelFolder(model), readDatasetRows(job)])
    const count = config.method === 'dpo' ? rows.preferences.length : rows.train.length
    return { plan: planTraining(config, job.settings, { parameters, rows: count }), rows }
  }
  return {
    name: program.name,
    program: python,
    model: { there: config.runner.model, here: { folder: model, files: async () => await loadedFiles(model) } },
    readsBase: false,
    inputs: async (job) => {
      const { plan } = await plans(job)
      // What is at work elsewhere stays the same training, whatever is installed there meanwhile, and while nobody can look.
      const version = runner.isHere ? await installedVersion(python, wanted) : null
      return { trainer: program.name, version, model: config.model, plan, extra }
    },
    preflight: async (base) =>
      await problemsIn(async () => {
        const place = await pythonPlace(python, wanted, runner)
        const ofProgram = programProblems(place.version, { python, wanted, name: program.name, place: runner.isHere ? null : runner.place })
        const remedy = 'Correct it, or take it out of "trainer.extra".'
        const ofSettings = extraProblems(extra, program.keys(config.method ?? 'sft'), wanted.title).map((what) => ({
          code: 'GI-TRAINER-SETTING' as const,
          what,
          remedy,
        }))
        const modules = layerNamesOf(config.targetModules)
        const ofModel = await modelProblems({ directory: model, modules, base: base.path }, around.checkFile)
        if (ofModel.length > 0) return [...ofProgram, ...ofSettings, ...ofModel]
        const ofTemplate = program.takesText ? await templateProblems(model, base.path) : []
        const { parameters } = await readModelFolder(model)
        const plan = planTraining(config, trainingSettings(config), { parameters, rows: manyRows })
        const ofMemory = program.fillsCards ? await memoryProblems(model, plan, place.cards ?? []) : []
        return [...ofProgram, ...ofSettings, ...ofTemplate, ...ofMemory]
      }),
    fits: async ({ base }) => {
      const { fitsTraining } = await import('../engine/plan.ts')
      const { contextLength } = planTraining(config, trainingSettings(config), { parameters: 0, rows: 1 })
      return await fitsTraining({ base, settings: { contextLength } })
    },
    layout: async (base, messages) => (await readFolderTemplate(model, base.path)).before(messages),
    call: async (job, paths, kept) => {
      const { plan, rows } = await plans(job)
      if (plan.method === 'dpo' && rows.preferences.length === 0) throw nothingToPrefer()
      const { version, onProcessor } = await pythonPlace(python, wanted, runner)
      const prepared = program.prepare({
        plan,
        rows,
        paths: { ...paths, model: paths.model ?? model },
        kept,
        extra,
        onProcessor,
        textOf: (await readFolderTemplate(model, job.base.path)).split,
      })
      const { args, set, files, attempt } = prepared
      return {
        ...{ program: python, args, files, set: { ...quietVariables, ...set }, passOn: [...usualVariables] },
        ...{ result: attempt.folder, steps: { done: attempt.done, total: plan.steps } },
        details: { trainer: program.name, version, plan, resumedAt: attempt.done },
      }
    },
    progress: (startedMs, steps, seen) => new ProgressReader(startedMs, steps, program.read, seen),
    // What the Trainer of transformers logs; MLX-LM numbers its lines.
    stepMark: "{'loss':",
    cause: failureCause,
  }
}

const nothingToPrefer = (): GenesisError =>
  new GenesisError('GI-TRAINER-FAILED', {
    what: 'There are no preference pairs to train on.',
    why: 'no learning that is trained on says what the model had answered wrong',
    remedy: 'Record corrections with the wrong answer, or set "trainer.method" to "sft".',
  })
