import { rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { linkOrCopy } from '../engine/checkpoint.ts'
import { readLora } from '../gguf/lora.ts'
import { digestFile, digestText, readTextIfPresent, writeError, writeFileAtomic } from '../state/files.ts'
import { namesIn } from '../state/names-in.ts'
import type { TrainingJob, TrainingResult } from './port.ts'

const Recorded = z.object({
  inputs: z.string(),
  adapterDigest: z.string(),
  steps: z.int(),
  checkpoints: z.array(z.object({ step: z.int(), file: z.string(), digest: z.string() })).default([]),
  finalLoss: z.number().nullable(),
  durationMs: z.number().optional(),
  details: z.record(z.string(), z.unknown()),
})
type Recorded = z.infer<typeof Recorded>

const adapterName = 'adapter.gguf'

/** Checks the adapter by itself, puts it in its place and records that it is done. `result.adapter` is where it was made. */
export async function recordResult(
  job: TrainingJob,
  inputs: string,
  { adapter: made, checkpoints = [], ...result }: TrainingResult,
): Promise<void> {
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
  const kept = []
  for (const { step, adapter: file } of checkpoints)
    kept.push({ step, file: path.relative(job.directory, file), digest: await digestFile(file) })
  const recorded: Recorded = { inputs, adapterDigest: await digestFile(adapter), checkpoints: kept, ...result }
  await writeFileAtomic(path.join(job.directory, 'result.json'), `${JSON.stringify(recorded, null, 2)}\n`)
}

/** The result of a finished training with these inputs whose adapter is still what it was. */
export async function finishedResult(job: TrainingJob, inputs: string): Promise<TrainingResult | undefined> {
  const text = await readTextIfPresent(path.join(job.directory, 'result.json'))
  if (text === undefined) return undefined
  const parsed = Recorded.safeParse(JSON.parse(text))
  if (!parsed.success || parsed.data.inputs !== inputs) return undefined
  const adapter = path.join(job.directory, adapterName)
  const { adapterDigest, checkpoints, steps, finalLoss, durationMs, details } = parsed.data
  if ((await digestIfPresent(adapter)) !== adapterDigest) return undefined
  const kept = checkpoints.map(({ step, file, digest }) => ({ step, digest, adapter: path.join(job.directory, file) }))
  for (const { adapter: file, digest } of kept) if ((await digestIfPresent(file)) !== digest) return undefined
  return { adapter, steps, checkpoints: kept.map(({ step, adapter: file }) => ({ step, adapter: file })), finalLoss, durationMs, details }
}

async function digestIfPresent(file: string): Promise<string | undefined> {
  return (await namesIn(path.dirname(file))).includes(path.basename(file)) ? digestFile(file) : undefined
}

/** Digest of everything that shapes the adapter; `how`: what trains, as far as it would give another one. */
export async function inputsDigest({ base, trainFile, settings }: TrainingJob, how: Record<string, unknown>): Promise<string> {
  return digestText(
    JSON.stringify({ ...how, base: base.digest, train: await digestFile(trainFile), settings: Object.entries(settings).sort() }),
  )
}
