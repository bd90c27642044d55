import { setTimeout as wait } from 'node:timers/promises'
import { GenesisError } from '../errors.ts'
import type { ErrorCode } from '../errors.ts'
import type { PromptLayout } from '../evaluation/prompt-layout.ts'
import type { ChatMessage } from '../learnings/learning.ts'
import type { ChatAnswer, ChatRequest, OllamaServer } from '../ollama/server.ts'
import { inLanes } from './in-lanes.ts'
import { shownModel } from './ollama-model.ts'
import type { OllamaRuntimeOptions } from './ollama-model.ts'
import type { Answer, DecodingOptions, ModelLocation, Prompt } from './port.ts'

const defaultDelaysMs = [500, 1000, 2000, 4000, 8000, 15_000]
/** What the next moment may mend: a full queue, a dropped connection, a model that was unloaded, a runner that died. */
const passing: ReadonlySet<ErrorCode> = new Set(['GI-OLLAMA-BUSY', 'GI-OLLAMA-AWAY', 'GI-OLLAMA-FAILED'])

/** Answers every prompt, `parallel` at a time; the server queues what it doesn't answer at once. Throws GI-PROMPT-TOO-LONG and what the server's errors become. */
export async function* generateOnOllama(
  { server: connect, retryDelaysMs = defaultDelaysMs }: OllamaRuntimeOptions,
  model: ModelLocation,
  prompts: readonly Prompt[],
  decoding: DecodingOptions,
  signal: AbortSignal,
): AsyncGenerator<Answer> {
  if (prompts.length === 0) return
  if (signal.aborted) throw new GenesisError('GI-INTERRUPTED')
  // Its requests end as well when whoever asked leaves early, or when one of them failed for good.
  const leaving = new AbortController()
  const server = await connect(AbortSignal.any([signal, leaving.signal]))
  try {
    const { name, thinks } = await shownModel(server, model)
    const options = optionsOf(decoding)
    yield* inLanes(prompts, decoding.parallel, async ({ id, messages }) => {
      const request: ChatRequest = { model: name, messages, think: thinks ? false : undefined, options }
      const answer = await patiently(server, request, retryDelaysMs, signal)
      refuseCutPrompt(id, messages, answer, decoding)
      return { id, text: answer.text, finish: finishOf(answer.doneReason) }
    })
  } finally {
    leaving.abort()
  }
}

/** What the server makes of the messages, where its version tells, and how many tokens that is. */
export async function layoutOnOllama(
  { server: connect, retryDelaysMs = defaultDelaysMs }: OllamaRuntimeOptions,
  model: ModelLocation,
  messages: readonly ChatMessage[],
  decoding: DecodingOptions,
  signal: AbortSignal,
): Promise<PromptLayout> {
  const server = await connect(signal)
  const { name, thinks } = await shownModel(server, model)
  const request: ChatRequest = {
    model: name,
    messages,
    think: thinks ? false : undefined,
    options: { ...optionsOf(decoding), num_predict: 1 },
  }
  // The answer is streamed while a slow model loads; what comes after it is quick.
  const { promptTokens } = await patiently(server, request, retryDelaysMs, signal)
  return { text: await server.rendered(request), tokens: promptTokens }
}

/** Greedy, and the same at each call; the context is set, as the server's own default differs from version to version. */
function optionsOf({ maxTokens, contextLength }: DecodingOptions): Record<string, number> {
  return { temperature: 0, seed: 1, top_k: 1, repeat_penalty: 1, num_ctx: contextLength, num_predict: maxTokens }
}

async function patiently(
  server: OllamaServer,
  request: ChatRequest,
  delaysMs: readonly number[],
  signal: AbortSignal,
): Promise<ChatAnswer> {
  for (const delayMs of delaysMs) {
    try {
      return await server.chat(request)
    } catch (error) {
      if (!(error instanceof GenesisError) || !passing.has(error.code)) throw error
      await wait(delayMs, undefined, { signal }).catch(() => {
        throw new GenesisError('GI-INTERRUPTED')
      })
    }
  }
  return await server.chat(request)
}

/** Older servers cut the beginning of a prompt that doesn't fit and say nothing: then the whole context was filled by it. */
function refuseCutPrompt(id: string, messages: Prompt['messages'], { promptTokens }: ChatAnswer, { contextLength }: DecodingOptions): void {
  if (promptTokens === null || promptTokens < contextLength - 1) return
  throw new GenesisError('GI-PROMPT-TOO-LONG', {
    why: `item ${id} ("${(messages.at(-1)?.content ?? '').slice(0, 60)}...") fills all of the ${contextLength} tokens that a request may use`,
  })
}

function finishOf(doneReason: string | null): Answer['finish'] {
  if (doneReason === 'stop') return 'stop'
  return doneReason === 'length' ? 'length' : null
}
