import { rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { linkOrCopy, namesIn, stateFiles } from '../engine/checkpoint.ts'
import { engineVersion } from '../engine/packages.ts'
import type { TrainingPlan } from '../engine/plan.ts'
import type { TrainingOutcome } from '../engine/train.ts'
import { readLora } from '../gguf/lora.ts'
import { digestFile, digestText, readTextIfPresent, writeError, writeFileAtomic } from '../state/files.ts'
import type { TrainingJob, TrainingResult } from './port.ts'

const Recorded = z.object({
  inputs: z.string(),
  adapterDigest: z.string(),
  steps: z.int(),
  finalLoss: z.number().nullable(),
  details: z.record(z.string(), z.unknown()),
})
type Recorded = z.infer<typeof Recorded>

/** Changed whenever the same inputs would give another adapter. */
const recipe = 'one-step-calls-1'
const adapterName = 'adapter.gguf'
/** Checks the adapter by itself, puts it in its place and records that it is done. */
export async function recordResult(job: TrainingJob, inputs: string, plan: TrainingPlan, outcome: TrainingOutcome): Promise<void> {
  const made = path.join(outcome.last.directory, stateFiles.adapter)
  const lora = await readLora(made)
  await lora.close()
  const adapter = path.join(job.directory, adapterName)
  try {
    await rm(`${adapter}.new`, { force: true })
    await linkOrCopy(made, `${adapter}.new`)
    await rename(`${adapter}.new`, adapter)
  } catch (error) {
    throw writeError(error, adapter)
  }
  const { rows, tokens, leftOut, exactTokens } = plan
  const recorded: Recorded = {
    ...{ inputs, adapterDigest: await digestFile(adapter), steps: plan.conversations.length, finalLoss: outcome.finalLoss },
    details: { engine: engineVersion, recipe, rows, tokens, exactTokens, leftOut, resumedAt: outcome.resumedAt },
  }
  await writeFileAtomic(path.join(job.directory, 'result.json'), `${JSON.stringify(recorded, null, 2)}\n`)
  await rm(path.join(job.directory, 'checkpoints'), { recursive: true, force: true })
}

/** The result of a finished training with these inputs whose adapter is still what it was. */
export async function finishedResult(job: TrainingJob, inputs: string): Promise<TrainingResult | undefined> {
  const text = await readTextIfPresent(path.join(job.directory, 'result.json'))
  if (text === undefined) return undefined
  const parsed = Recorded.safeParse(JSON.parse(text))
  if (!parsed.success || parsed.data.inputs !== inputs) return undefined
  const adapter = path.join(job.directory, adapterName)
  const { adapterDigest, steps, finalLoss, details } = parsed.data
  if ((await digestIfPresent(adapter)) !== adapterDigest) return undefined
  return { adapter, steps, finalLoss, details }
}

async function digestIfPresent(file: string): Promise<string | undefined> {
  return (await namesIn(path.dirname(file))).includes(path.basename(file)) ? digestFile(file) : undefined
}

/** Digest of everything that shapes the adapter. */
export async function inputsDigest({ base, trainFile, settings }: TrainingJob): Promise<string> {
  return digestText(
    JSON.stringify({
      recipe,
      engineVersion,
      base: base.digest,
      train: await digestFile(trainFile),
      settings: Object.entries(settings).sort(),
    }),
  )
}
