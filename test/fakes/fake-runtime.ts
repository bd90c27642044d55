import type { Answer, DecodingOptions, ModelLocation, Prompt, PromptConvention, Runtime } from '../../src/runtimes/port.ts'
import type { PromptLayout } from '../../src/evaluation/prompt-layout.ts'
import type { ChatMessage } from '../../src/learnings/learning.ts'
import { GenesisError } from '../../src/errors.ts'

export interface FakeRuntimeFaults {
  /** Prompts with this question get no answer. */
  leaveOut?: (question: string) => boolean
  /** Prompts with this question are answered twice. */
  answerTwice?: (question: string) => boolean
  /** Answers a prompt that nobody sent, first. */
  answerStranger?: boolean
  /** Ends with GI-ENGINE-CRASHED after so many answers. */
  crashAfter?: number
  /** Calls this after each answer, for instance to abort. */
  afterEach?: (answered: number) => void
}

/** A runtime that answers at once and always the same, by a function of model and question, in reverse order as a parallel one may. */
export class FakeRuntime implements Runtime {
  readonly name = 'fake'
  /** Every question that was asked, over all calls. */
  readonly asked: string[] = []
  faults: FakeRuntimeFaults = {}
  versionText = 'fake 1'
  convention: Partial<PromptConvention> = {}
  /** What it makes of the messages' texts. */
  layoutText = (text: string): string => text
  readonly #answer: (question: string, model: ModelLocation, prompt: Prompt) => string

  constructor(answer: (question: string, model: ModelLocation, prompt: Prompt) => string) {
    this.#answer = answer
  }

  async version(): Promise<string> {
    return this.versionText
  }

  async preflight(): Promise<[]> {
    return []
  }

  async promptConvention(_model: ModelLocation, options: DecodingOptions): Promise<PromptConvention> {
    const decoding = { temperature: 0, maxTokens: options.maxTokens } as const
    return { chatTemplate: null, systemPrompt: null, thinking: 'off', decoding, ...this.convention }
  }

  async layout(_model: ModelLocation, messages: readonly ChatMessage[]): Promise<PromptLayout> {
    return { text: this.layoutText(messages.map(({ content }) => content).join('\n')), tokens: null }
  }

  async *generate(model: ModelLocation, prompts: readonly Prompt[], _options: DecodingOptions, signal: AbortSignal): AsyncIterable<Answer> {
    const { leaveOut, answerTwice, answerStranger, crashAfter, afterEach } = this.faults
    if (answerStranger === true) yield { id: 'stranger', text: 'hello', finish: 'stop' }
    let answered = 0
    for (const prompt of [...prompts].reverse()) {
      if (signal.aborted) throw new GenesisError('GI-INTERRUPTED')
      if (answered === crashAfter) throw new GenesisError('GI-ENGINE-CRASHED')
      const question = prompt.messages.at(-1)?.content ?? ''
      this.asked.push(question)
      if (leaveOut?.(question) === true) continue
      const answer: Answer = { id: prompt.id, text: this.#answer(question, model, prompt), finish: 'stop' }
      yield answer
      if (answerTwice?.(question) === true) yield answer
      answered += 1
      afterEach?.(answered)
    }
  }
}
