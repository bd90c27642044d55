import { existsSync } from 'node:fs'
import { chmod, copyFile, link, rm } from 'node:fs/promises'
import path from 'node:path'
import { GenesisError, systemErrorCode } from '../../errors.ts'
import { requireDiskSpace } from '../../state/disk-space.ts'
import { digestFile, makeDirectory, writeFileAtomic } from '../../state/files.ts'
import type { KeptCheckpoint, TrainingJob, TrainingProgress, TrainingState } from '../../trainers/port.ts'
import { trainingSettings } from '../../trainers/settings.ts'
import { elsewhereFile, trainingDirectory } from '../cycle-directory.ts'
import { requireRemembered } from '../require-remembered.ts'
import type { StepContext, StepResult, StepWaiting } from '../run-step.ts'

/** Trains a fresh LoRA on the pristine base. An interrupted training goes on from its last checkpoint. */
export async function train(context: StepContext): Promise<StepResult | StepWaiting> {
  const { trainer } = context.made
  await requireRemembered(context)
  const job = await trainingJob(context)
  const elsewhere = elsewhereFile(context.cycleDirectory)
  // A training that is at work already needs nothing more, not even that its machine can be reached just now.
  if (!existsSync(elsewhere)) await requireReady(context, job)

  const startedMs = context.clock.now().getTime()
  const state = await trained(context, job).catch(async (error: unknown) => {
    await rm(elsewhere, { force: true })
    throw error
  })
  if (state.status === 'running') {
    const explanation = `the training runs ${trainer.place ?? 'elsewhere'}: ${standingOf(state)}`
    await writeFileAtomic(elsewhere, `${explanation}\n`)
    return { waitingFor: 'remote', explanation }
  }
  await rm(elsewhere, { force: true })
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
      durationMs: state.result.durationMs ?? context.clock.now().getTime() - startedMs,
      details: state.result.details,
    },
  }
}

async function requireReady(context: StepContext, job: TrainingJob): Promise<void> {
  const { trainer } = context.made
  const [problem] = await trainer.preflight(job.base)
  if (problem !== undefined) throw new GenesisError('GI-STEP-FAILED', { what: problem.what, remedy: problem.remedy, temporary: true })
  const estimate = await trainer.estimate(job)
  await requireDiskSpace(job.directory, estimate.diskBytes ?? 0, 'train')
  context.progress('starting', 0, undefined, estimate.durationMs)
}

async function trained(context: StepContext, job: TrainingJob): Promise<TrainingState> {
  const { trainer } = context.made
  const report = (now: TrainingProgress): void => context.progress(inWords(now), now.step, now.totalSteps, now.timeLeftMs)
  return await trainer.observe(await trainer.begin(job, report, context.signal), job)
}

const inWords = ({ step, totalSteps, loss, preparing }: TrainingProgress): string =>
  preparing ?? `step ${step} of ${totalSteps}${loss === null ? '' : `, loss ${loss.toFixed(3)}`}`

function standingOf({ progress, note }: Extract<TrainingState, { status: 'running' }>): string {
  const left = progress?.timeLeftMs ?? null
  const known = progress === null ? [] : [`${inWords(progress)}${left === null ? '' : `, about ${Math.ceil(left / 60_000)} min left`}`]
  return [...known, ...(note === null ? [] : [note])].join('; ') || 'it has not said how far it is'
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
