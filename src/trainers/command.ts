import { createWriteStream } from 'node:fs'
import { access, constants, rm } from 'node:fs/promises'
import path from 'node:path'
import type { Config } from '../config/schema.ts'
import { GenesisError, systemErrorCode } from '../errors.ts'
import type { Problem } from '../problem.ts'
import { commandDigest } from '../system/command-digest.ts'
import { packageRoot } from '../system/package-root.ts'
import { runProcess } from '../system/process.ts'
import { adapterIn, layOutJob } from './command-files.ts'
import { checkpointsIn } from './program-checkpoints.ts'
import { failureCause, ProgressReader } from './program-output.ts'
import type { Trainer, TrainerSurroundings, TrainingHandle, TrainingJob, TrainingProgress } from './port.ts'
import { finishedResult, inputsDigest, recordResult } from './training-result.ts'

type CommandConfig = Pick<Config['trainer'], 'command' | 'timeLimitHours' | 'nice'>

/** What a program says about itself by its exit status, as sysexits.h has it: try again later. */
const temporaryFailure = 75
const longestTimerMs = 2 ** 31 - 1

/** Trains with a program of the user's: a dataset folder in, an adapter folder out. It dies with this process, and is stopped at its time limit. */
export function commandTrainer(config: CommandConfig, { homeRoot }: Pick<TrainerSurroundings, 'homeRoot'>): Trainer {
  const { command } = config
  if (command === undefined) throw new Error('a trainer of the kind "command" without one')
  const program = path.resolve(homeRoot, command.program)
  const inputsOf = async (job: TrainingJob): Promise<string> =>
    await inputsDigest(job, { command: await commandDigest({ ...command, program }, homeRoot), model: command.model ?? null })
  return {
    name: 'command',
    preflight: async () => await programProblems(program),
    estimate: () => Promise.resolve({ durationMs: null, diskBytes: null }),
    // What it puts around messages is its own business.
    layout: () => Promise.resolve({ text: null, tokens: null, startOfText: '' }),
    begin: async (job, report, signal) => {
      const handle: TrainingHandle = { trainer: 'command', jobId: job.id }
      const inputs = await inputsOf(job)
      if ((await finishedResult(job, inputs)) === undefined) await train({ job, inputs, config, program, homeRoot, report, signal })
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

interface Training {
  job: TrainingJob
  inputs: string
  config: CommandConfig
  program: string
  homeRoot: string
  report: (progress: TrainingProgress) => void
  signal: AbortSignal
}

async function train({ job, inputs, config, program, homeRoot, report, signal }: Training): Promise<void> {
  if (signal.aborted) throw new GenesisError('GI-INTERRUPTED')
  const { args = [], environment = [], model } = config.command ?? {}
  const modelDirectory = model === undefined ? undefined : path.resolve(homeRoot, model)
  const { dataset, output } = await layOutJob(job, inputs, modelDirectory)
  const log = createWriteStream(path.join(job.directory, 'training.log'), { flags: 'a', mode: 0o600 })
  // A full disk must fail the training where it writes its adapter, not through its log.
  log.on('error', () => log.destroy())
  const progress = new ProgressReader(performance.now())
  const timeLimit = AbortSignal.timeout(Math.min(config.timeLimitHours * 3_600_000, longestTimerMs))
  const ended = await runProcess(process.execPath, [path.join(packageRoot(), 'dist', 'supervisor.cjs'), program, ...args], {
    ...{ directory: output, nice: config.nice, keepInput: true, signal: AbortSignal.any([signal, timeLimit]) },
    passOn: [...usualVariables, ...environment],
    set: {
      ...quiet,
      ...{ GENESIS_DATASET: dataset, GENESIS_OUTPUT: output, GENESIS_BASE: job.base.path, GENESIS_JOB: path.join(dataset, 'job.json') },
      ...(modelDirectory === undefined ? {} : { GENESIS_MODEL: modelDirectory }),
    },
    onLine: (line) => {
      if (!log.destroyed) log.write(`${line}\n`)
      const said = progress.take(line, performance.now())
      if (said !== null) report(said)
    },
  })
  log.end()
  if (signal.aborted) throw new GenesisError('GI-INTERRUPTED')
  if (timeLimit.aborted) throw new GenesisError('GI-ENGINE-TIME-LIMIT', { why: `trainer.timeLimitHours is ${config.timeLimitHours}` })
  if (ended.exitCode !== 0) throw failure(program, ended)
  const adapter = await adapterIn(output, job.base.path)
  const steps = progress.steps
  const checkpoints = await checkpointsIn(output, job, adapter)
  await recordResult(job, inputs, {
    adapter,
    steps,
    checkpoints,
    finalLoss: progress.lastLoss,
    details: { program: path.basename(program) },
  })
  await rm(output, { recursive: true, force: true })
}

function failure(
  program: string,
  { exitCode, signal, lastLines }: { exitCode: number | null; signal: string | null; lastLines: string[] },
): GenesisError {
  const how = signal === null ? `status ${exitCode}` : signal
  return new GenesisError(exitCode === temporaryFailure ? 'GI-TRAINER-AWAY' : 'GI-TRAINER-FAILED', {
    what: `${path.basename(program)} ended with ${how}.`,
    why: failureCause(lastLines),
  })
}

async function programProblems(program: string): Promise<Problem[]> {
  try {
    await access(program, constants.X_OK)
    return []
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error
    return [
      {
        code: 'GI-TRAINER-MISSING',
        what: `The training program ${program} is not there, or may not be run.`,
        remedy: 'Correct "trainer.command.program", or make it executable (chmod +x).',
      },
    ]
  }
}

/** What trainers need to find their devices and libraries. */
const usualVariables = [
  'CUDA_*',
  'NVIDIA_*',
  'ROCR_*',
  'HIP_*',
  'LD_LIBRARY_PATH',
  'VIRTUAL_ENV',
  'PYTHONPATH',
  'HF_HOME',
  'OMP_NUM_THREADS',
]
/** Nothing is fetched from the network, and nobody is told. */
const quiet = {
  ...{ HF_HUB_OFFLINE: '1', TRANSFORMERS_OFFLINE: '1', HF_HUB_DISABLE_TELEMETRY: '1', DO_NOT_TRACK: '1' },
  ...{ WANDB_MODE: 'disabled', DISABLE_MLFLOW_INTEGRATION: 'true', PYTHONUNBUFFERED: '1' },
}
