import type { PromptLayout } from '../evaluation/prompt-layout.ts'
import type { ChatMessage } from '../learnings/learning.ts'
import type { Problem } from '../problem.ts'

/** What a runtime loads. */
export interface ModelLocation {
  /** The file, absolute; null where only a server has it. */
  path: string | null
  /** What the server that keeps it calls it; undefined where there is none. */
  serverName?: string | undefined
  /** SHA-256 of the file, hexadecimal. */
  digest: string
}

/** A model that is a file on this machine, as the base always is: it is merged into. */
export interface FileLocation extends ModelLocation {
  path: string
}

export interface Prompt {
  id: string
  messages: ChatMessage[]
}

export interface Answer {
  id: string
  text: string
  /** Why generation ended: `length` means the token limit cut it off; null when the runtime does not say. */
  finish: 'stop' | 'length' | null
}

export interface DecodingOptions {
  /** Tokens generated at most. */
  maxTokens: number
  /** Tokens of context each request may use, prompt and answer together. */
  contextLength: number
  /** Requests answered at the same time. */
  parallel: number
}

/** Everything that shapes a prompt and its answer beside the weights. */
export interface PromptConvention {
  /** SHA-256 of the chat template's text; null when the model has none. */
  chatTemplate: string | null
  systemPrompt: string | null
  thinking: 'off' | 'on'
  decoding: { temperature: 0; maxTokens: number }
}

/** Generates answers for evaluation, always greedily (temperature 0). */
export interface Runtime {
  readonly name: string
  /** Name and version of what generates; part of the key under which answers are cached. */
  version(): Promise<string>
  preflight(): Promise<Problem[]>
  promptConvention(model: ModelLocation, options: DecodingOptions): Promise<PromptConvention>
  /** What the model is really given when it is asked `messages`. */
  layout(model: ModelLocation, messages: readonly ChatMessage[], options: DecodingOptions, signal: AbortSignal): Promise<PromptLayout>
  /**
   * One answer for each prompt, in any order. An answer that could not be had is an error (GenesisError), never an empty text.
   * Stops early and throws GI-INTERRUPTED when `signal` aborts.
   */
  generate(model: ModelLocation, prompts: readonly Prompt[], options: DecodingOptions, signal: AbortSignal): AsyncIterable<Answer>
}
