import { chmod, copyFile, link } from 'node:fs/promises'
import path from 'node:path'
import { GenesisError, systemErrorCode } from '../../errors.ts'
import { requireDiskSpace } from '../../state/disk-space.ts'
import { digestFile, makeDirectory } from '../../state/files.ts'
import { trainingSettings } from '../../trainers/settings.ts'
import type { KeptCheckpoint, TrainingJob } from '../../trainers/port.ts'
import { trainingDirectory } from '../cycle-directory.ts'
import { requireRemembered } from '../require-remembered.ts'
import type { StepContext, StepResult, StepWaiting } from '../run-step.ts'

/** Trains a fresh LoRA on the pristine base. An interrupted training goes on from its last checkpoint. */
export async function train(context: StepContext): Promise<StepResult | StepWaiting> {
  const { cycle, made } = context
  const { trainer } = made
  await requireRemembered(context)
  const job = await trainingJob(context)
  const problems = await trainer.preflight(cycle.base)
  const [problem] = problems
  if (problem !== undefined) throw new GenesisError('GI-STEP-FAILED', { what: problem.what, remedy: problem.remedy, temporary: true })
  const estimate = await trainer.estimate(job)
  await requireDiskSpace(job.directory, estimate.diskBytes ?? 0, 'train')
  context.progress('starting', 0, undefined, estimate.durationMs)

  const startedMs = context.clock.now().getTime()
  const handle = await trainer.begin(
    job,
    ({ step, totalSteps, loss, timeLeftMs, preparing }) =>
      context.progress(
        preparing ?? `step ${step} of ${totalSteps}${loss === null ? '' : `, loss ${loss.toFixed(3)}`}`,
        step,
        totalSteps,
        timeLeftMs,
      ),
    context.signal,
  )
  const state = await trainer.observe(handle, job)
  if (state.status === 'running') return { waitingFor: 'remote' }
  if (state.status === 'lost') {
    throw new GenesisError('GI-ENGINE-CRASHED', { what: 'The training ended without leaving a result.', temporary: true })
  }
  const adapter = path.join(context.directory, 'adapter.gguf')
  await linkOrCopy(state.result.adapter, adapter)
  const checkpoints = await takeCheckpoints(context, state.result.checkpoints ?? [])
  return {
    result: {
      trainer: trainer.name,
      adapterDigest: await digestFile(adapter),
      steps: state.result.steps,
      ...(checkpoints.length === 0 ? {} : { checkpoints }),
      finalLoss: state.result.finalLoss,
      durationMs: context.clock.now().getTime() - startedMs,
      details: state.result.details,
    },
  }
}

async function trainingJob(context: StepContext): Promise<TrainingJob> {
  const { cycle } = context
  const directory = trainingDirectory(context.cycleDirectory)
  await makeDirectory(directory)
  return {
    id: cycle.id,
    base: cycle.base,
    trainFile: path.join(context.from('prepare'), 'train.jsonl'),
    settings: trainingSettings(cycle.config.trainer),
    keep: cycle.config.trainer.checkpoints,
    directory,
  }
}

async function takeCheckpoints(
  { directory }: StepContext,
  kept: readonly KeptCheckpoint[],
): Promise<{ step: number; file: string; digest: string }[]> {
  const taken = []
  for (const { step, adapter } of kept) {
    const file = `adapter-${step}.gguf`
    await linkOrCopy(adapter, path.join(directory, file))
    taken.push({ step, file, digest: await digestFile(path.join(directory, file)) })
  }
  return taken
}

async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to)
  } catch (error) {
    const code = systemErrorCode(error)
    // Some file systems have no hard links.
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'EXDEV' && code !== 'EMLINK') throw error
    await copyFile(from, to)
  }
  // Whoever made it may have let everybody read it.
  await chmod(to, 0o600)
}
