import { rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { GenesisError } from '../errors.ts'
import type { ChatMessage } from '../learnings/learning.ts'
import { makeDirectory, writeError } from '../state/files.ts'
import type { TrainingSettings } from '../trainers/port.ts'
import { findCheckpoint, keepCheckpoint, linkOrCopy, offerCheckpoint, stateFiles } from './checkpoint.ts'
import type { Checkpoint } from './checkpoint.ts'
import type { EngineWorker } from './worker-client.ts'

export interface TrainingRun {
  worker: EngineWorker
  base: string
  conversations: readonly ChatMessage[][]
  /** The chat template to train with; null for the model's own. */
  template: string | null
  settings: TrainingSettings
  /** Digest of everything that shapes the result: only checkpoints of the same are gone on from. */
  inputs: string
  /** For checkpoints; kept between attempts. */
  checkpoints: string
  /** Steps whose adapters are kept in `kept`. */
  keptSteps: readonly number[]
  kept: string
  /** For this attempt alone; empty. */
  scratch: string
  processors: number
  /** After each step: its number from 1 on, and its loss. */
  onStep: (step: number, loss: number | null) => void
}

export interface TrainingOutcome {
  last: Checkpoint
  finalLoss: number | null
  /** Steps that an earlier attempt had done. */
  resumedAt: number
}

/** Trains a LoRA, one conversation a step, from the last checkpoint on if there is one. */
export async function runTraining(run: TrainingRun): Promise<TrainingOutcome> {
  const { worker, base, conversations, settings, inputs, checkpoints, scratch } = run
  let current = await findCheckpoint(checkpoints, inputs)
  const resumedAt = current?.step ?? 0
  if (current === undefined) await rm(run.kept, { recursive: true, force: true })
  else await keepAdapter(current, run)
  let finalLoss: number | null = null
  if (resumedAt < conversations.length) await worker.load(base, trainingConfig(settings.contextLength, run.processors))
  for (const [index, conversation] of conversations.entries()) {
    if (index < resumedAt) continue
    const rate = learningRateAt(index, conversations.length, settings)
    const step = await trainOneStep({ worker, conversation, template: run.template, rate, settings, scratch, from: current })
    current = await keepCheckpoint(step.state, checkpoints, index + 1, inputs)
    await keepAdapter(current, run)
    finalLoss = step.loss
    run.onStep(index + 1, finalLoss)
  }
  if (current === undefined) throw new Error('A training without conversations was started.')
  return { last: current, finalLoss, resumedAt }
}

/** Where the adapter of a kept step lies. */
export const keptAdapter = (kept: string, step: number): string => path.join(kept, `step-${step}.gguf`)

async function keepAdapter({ step, directory }: Checkpoint, { keptSteps, kept }: TrainingRun): Promise<void> {
  if (!keptSteps.includes(step)) return
  const file = keptAdapter(kept, step)
  await makeDirectory(kept)
  try {
    await rm(file, { force: true })
    await linkOrCopy(path.join(directory, stateFiles.adapter), file)
  } catch (error) {
    throw writeError(error, file)
  }
}

/**
 * One step of Adam on one conversation, as one finetune() call of its own.
 *
 * Why a call for each step: within one call the engine never resets its gradients, so that every step adds to the sum of all earlier ones
 * (ggml-opt with dynamic graphs skips the reset because its gradient buffers aren't allocated yet when it asks for them). Its pause() and
 * resume would reset them too, but trains the conversation that is under way twice, and which one that is depends on timing, so that
 * the result differs from run to run. A new call starts with fresh buffers; adapter and moments come from the checkpoint. With this the
 * updates are those of an independent Adam (test/engine/gradient-reset.test.ts, which also tells when the engine is mended).
 */
async function trainOneStep(step: {
  worker: EngineWorker
  conversation: readonly ChatMessage[]
  template: string | null
  rate: number
  settings: TrainingSettings
  scratch: string
  from: Checkpoint | undefined
}): Promise<{ state: string; loss: number | null }> {
  const { rank, alpha, targetModules, contextLength, seed } = step.settings
  const state = path.join(step.scratch, 'state')
  await offerCheckpoint(step.from, state)
  const dataset = path.join(step.scratch, 'conversation.jsonl')
  const template = step.template === null ? null : path.join(step.scratch, 'template.jinja')
  try {
    await makeDirectory(step.scratch)
    await writeFile(dataset, `${JSON.stringify({ messages: step.conversation })}\n`, privately)
    if (template !== null) await writeFile(template, step.template ?? '', privately)
  } catch (error) {
    throw writeError(error, dataset)
  }
  const { status, loss } = await step.worker.finetune({
    ...{ dataset, template, checkpoints: state, adapter: path.join(step.scratch, 'adapter.gguf') },
    ...{ learningRate: step.rate, contextLength, rank, alpha },
    modules: targetModules.map((name) => (name === 'attn_output' ? 'attn_o' : name)).join(','),
    // The engine takes 0 for "draw one".
    seed: seed === 0 ? 1 : seed,
  })
  if (status !== 'COMPLETED') throw new GenesisError('GI-ENGINE-REFUSED', { why: `a training step ended as ${status}` })
  return { state, loss }
}

const privately = { mode: 0o600 }

/** Half a cosine from the peak to the minimum, taken in the middle of each step. */
export function learningRateAt(
  index: number,
  steps: number,
  { learningRate, minimumLearningRate }: Pick<TrainingSettings, 'learningRate' | 'minimumLearningRate'>,
): number {
  const least = Math.min(minimumLearningRate, learningRate)
  return least + ((learningRate - least) * (1 + Math.cos((Math.PI * (index + 0.5)) / steps))) / 2
}

/** On the processor: the same result everywhere that rounds alike, and no driver to go wrong. */
function trainingConfig(contextLength: number, processors: number): Record<string, string> {
  return { device: 'cpu', gpu_layers: '0', ctx_size: String(contextLength), flash_attn: 'off', verbosity: '0', threads: String(processors) }
}
