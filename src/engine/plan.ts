import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { GenesisError } from '../errors.ts'
import { openGguf } from '../gguf/gguf-file.ts'
import { numberOf } from '../gguf/metadata.ts'
import { readGgufSummary } from '../gguf/summary.ts'
import { ChatMessage } from '../learnings/learning.ts'
import type { TrainingJob } from '../trainers/port.ts'
import { trainingFormat } from './chat-template.ts'
import { packRows } from './pack.ts'
import type { Packing, TrainingRow } from './pack.ts'
import { tokenCounterFor } from './token-counter.ts'

const Row = z.object({ id: z.string(), messages: z.array(ChatMessage).min(2) })

export interface TrainingPlan extends Packing {
  /** Whether tokens were counted with the model's own tokenizer. */
  exactTokens: boolean
  /** The chat template to train with; null for the model's own. */
  template: string | null
}

/** Reads the job's rows and packs them for this base. Throws GI-ITEMS-INVALID for a bad row, GI-ENGINE-REFUSED when nothing is left to train on. */
export async function planTraining(job: Pick<TrainingJob, 'base' | 'trainFile' | 'settings'>): Promise<TrainingPlan> {
  const { chatTemplate, tokenizer } = await readGgufSummary(job.base.path)
  const { count, exact } = tokenCounterFor(tokenizer)
  const { template, together, around } = trainingFormat(chatTemplate, count)
  const { epochs, seed, contextLength } = job.settings
  const packing = packRows(await readRows(job.trainFile), {
    ...{ epochs, seed, together, budget: contextLength - margin },
    messageTokens: ({ role, content }) => count(content) + around(role),
  })
  if (packing.conversations.length === 0) {
    const reasons = Object.entries(packing.leftOut).map(([reason, rows]) => `${rows} ${reason}`)
    throw new GenesisError('GI-ENGINE-REFUSED', {
      what: 'There is nothing to train on.',
      why: reasons.length > 0 ? `rows left out: ${reasons.join(', ')}` : `${job.trainFile} holds no rows`,
      remedy: 'Raise trainer.contextLength, or record shorter corrections.',
    })
  }
  return { ...packing, template, exactTokens: exact }
}

/** Which conversations fit into a training step, by the same count that training goes by. */
export async function fitsTraining({
  base,
  settings,
}: {
  base: { path: string }
  settings: Pick<TrainingJob['settings'], 'contextLength'>
}): Promise<(messages: readonly ChatMessage[]) => boolean> {
  const { chatTemplate, tokenizer } = await readGgufSummary(base.path)
  const { count } = tokenCounterFor(tokenizer)
  const { around } = trainingFormat(chatTemplate, count)
  const budget = settings.contextLength - margin
  return (messages) => {
    const frame = messages.reduce((sum, { role }) => sum + around(role), 0)
    // No tokenizer makes more tokens than bytes, so short texts need not be counted.
    const bytes = messages.reduce((sum, { content }) => sum + Buffer.byteLength(content) + 1, 0)
    if (frame + bytes <= budget) return true
    return frame + messages.reduce((sum, { content }) => sum + count(content), 0) <= budget
  }
}

/** Tokens kept free for what a template adds once (start of text, a closing line). */
const margin = 6

async function readRows(file: string): Promise<TrainingRow[]> {
  const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line.trim() !== '')
  return lines.map((line, index) => {
    const parsed = Row.safeParse(parseJson(line))
    if (parsed.success) return parsed.data
    throw new GenesisError('GI-ITEMS-INVALID', { why: `${file}, line ${index + 1}: not a row of id and messages` })
  })
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** What training this base costs at most, by its shape. */
export interface TrainingCost {
  /** Milliseconds of one training step. */
  stepMs: number
  /** Bytes of one adapter. */
  adapterBytes: number
}

/**
 * A rule of thumb from measurements on 2 processors (2 layers: 1.1 s a step; 18 layers of a 270M model, 64 tokens: 11.5 s): the engine's four
 * spinning threads cost about 0.6 s a layer where there are fewer than four processors; to that comes the arithmetic, about six operations
 * for each parameter and token at 10 billion a second and processor.
 */
export async function trainingCost(job: TrainingJob, processors: number): Promise<TrainingCost> {
  const gguf = await openGguf(job.base.path)
  await gguf.close()
  const { rank, targetModules, contextLength } = job.settings
  const layers = numberOf(gguf.metadata, `${gguf.architecture}.block_count`) ?? 1
  const elements = (shape: readonly number[]): number => shape.reduce((product, length) => product * length, 1)
  const parameters = gguf.tensors.reduce((sum, { shape }) => sum + elements(shape), 0)
  const targets = gguf.tensors.filter(({ name }) => targetModules.some((module) => name.endsWith(`.${module}.weight`)))
  const arithmeticMs = (6 * parameters * contextLength) / (processors * 10e9 * 1e-3)
  return {
    stepMs: arithmeticMs + layers * (processors < 4 ? 600 : 20),
    adapterBytes: targets.reduce((sum, { shape }) => sum + 4 * rank * ((shape[0] ?? 0) + (shape[1] ?? 0)), 0),
  }
}
