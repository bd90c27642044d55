import { hasThinkingSwitch } from '../engine/chat-template.ts'
import { requireEngine } from '../engine/status.ts'
import { tokenCounterFor } from '../engine/token-counter.ts'
import { startWorker } from '../engine/worker-client.ts'
import type { EngineWorker } from '../engine/worker-client.ts'
import { GenesisError } from '../errors.ts'
import { readGgufSummary } from '../gguf/summary.ts'
import { processorCount } from '../system/process.ts'
import { fileOf } from './file-of.ts'
import { inLanes } from './in-lanes.ts'
import type { Answer, DecodingOptions, ModelLocation, Prompt } from './port.ts'

export interface EngineRuntimeOptions {
  engineDirectory: string
  /** Another worker in tests. */
  workerFile?: string
  silenceLimitMs?: number
}

/** Answers every prompt with one worker. Throws GI-INTERRUPTED, GI-PROMPT-TOO-LONG, and what the engine's errors become. */
export async function* generateAnswers(
  { engineDirectory, workerFile, silenceLimitMs }: EngineRuntimeOptions,
  model: ModelLocation,
  prompts: readonly Prompt[],
  decoding: DecodingOptions,
  signal: AbortSignal,
): AsyncGenerator<Answer> {
  if (prompts.length === 0) return
  if (signal.aborted) throw new GenesisError('GI-INTERRUPTED')
  await requireEngine(engineDirectory)
  // It starts while the model's header is read.
  const worker = startWorker({ engineDirectory, workerFile, signal, ...(silenceLimitMs === undefined ? {} : { silenceLimitMs }) })
  try {
    const { chatTemplate, tokenizer } = await readGgufSummary(fileOf(model))
    const loading = worker.load(fileOf(model), answerConfig(decoding, hasThinkingSwitch(chatTemplate)))
    // Looked at below; until then its failure must not count as an unhandled one.
    loading.catch(() => undefined)
    const counter = tokenCounterFor(tokenizer)
    if (counter.exact) refuseTooLong(prompts, counter.count, decoding)
    await loading
    yield* inLanes(prompts, lanes(decoding), (prompt) => answerOne(worker, prompt))
  } finally {
    await worker.close()
  }
}

/** Twice as many in flight as are decoded together, so that no slot waits for us. */
const lanes = ({ parallel }: DecodingOptions): number => Math.min(64, 2 * slots(parallel))

/** The engine reports each answer by itself only in its batch mode, which begins at two slots. */
const slots = (parallel: number): number => Math.max(2, parallel)

function answerConfig({ maxTokens, contextLength, parallel }: DecodingOptions, thinks: boolean): Record<string, string> {
  return {
    ...{ device: 'cpu', gpu_layers: '0', verbosity: '0', threads: String(processorCount()) },
    ...{ ctx_size: String(contextLength * slots(parallel)), parallel: String(slots(parallel)), predict: String(maxTokens) },
    ...{ temp: '0', repeat_penalty: '1', seed: '1' },
    // For a template without the switch the engine would put a thinking block of its own into the prompt.
    ...(thinks ? { reasoning_budget: '0' } : {}),
  }
}

async function answerOne(worker: EngineWorker, { id, messages }: Prompt): Promise<Answer> {
  try {
    const { text, stopReason } = await worker.answer(messages)
    return { id, text, finish: finishOf(stopReason) }
  } catch (error) {
    if (error instanceof GenesisError && error.code === 'GI-ENGINE-REFUSED') {
      throw new GenesisError('GI-ENGINE-REFUSED', { what: `The engine gave no answer to item ${id}.`, why: error.why, cause: error })
    }
    throw error
  }
}

function finishOf(stopReason: string | null): Answer['finish'] {
  if (stopReason === 'eos' || stopReason === 'antiprompt') return 'stop'
  return stopReason === null || stopReason === 'none' ? null : 'length'
}

/** The engine would silently drop the beginning of a prompt that doesn't fit. */
function refuseTooLong(prompts: readonly Prompt[], count: (text: string) => number, { contextLength }: DecodingOptions): void {
  for (const { id, messages } of prompts) {
    const tokens = messages.reduce((sum, { content }) => sum + count(content), 0)
    if (tokens < contextLength) continue
    throw new GenesisError('GI-PROMPT-TOO-LONG', {
      why: `item ${id} ("${(messages.at(-1)?.content ?? '').slice(0, 60)}...") has ${tokens} tokens; each request may use ${contextLength}`,
    })
  }
}
