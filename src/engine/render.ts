import { Template } from '@huggingface/jinja'
import { firstDifference } from '../evaluation/prompt-layout.ts'
import type { PromptLayout, TrainingLayout } from '../evaluation/prompt-layout.ts'
import type { GgufSummary } from '../gguf/summary.ts'
import type { ChatMessage } from '../learnings/learning.ts'
import { chatMl, hasThinkingSwitch, trainingFormat } from './chat-template.ts'
import { tokenCounterFor } from './token-counter.ts'

type ModelFile = Pick<GgufSummary, 'chatTemplate' | 'tokenizer'>

/** Stands for the answer; in no template and no message. */
const answerMark = '\u{F0000}answer\u{F0001}'

/** What stands before the answer to `messages` in a training on this base. Unseen (text null) with a template that can't be rendered here. */
export function trainingLayout(model: ModelFile, messages: readonly ChatMessage[]): TrainingLayout {
  const template = trainingFormat(model.chatTemplate, () => 0).template ?? model.chatTemplate ?? chatMl
  return layoutWith(template, model.tokenizer, messages)
}

/** What stands before the answer to `messages` in a training with this template; ChatML when it is null. Unseen as in `trainingLayout`. */
export function layoutWith(template: string | null, tokenizer: ModelFile['tokenizer'], messages: readonly ChatMessage[]): TrainingLayout {
  const text = beforeAnswer(renderer(template, tokenizer), messages)
  return { text, tokens: tokensOf(text, tokenizer), startOfText: specialText(tokenizer, 'bosId') }
}

/**
 * Lays conversations out with a template as in `layoutWith`: what stands before the last answer, and that answer with what ends it; null where
 * that can't be seen.
 */
export function conversationsWith(
  template: string | null,
  tokenizer: ModelFile['tokenizer'],
): (messages: readonly ChatMessage[]) => { prompt: string; answer: string } | null {
  const render = renderer(template, tokenizer)
  return (messages) => {
    const [whole, before] = [render(messages), beforeAnswer(render, messages.slice(0, -1))]
    if (whole === null || before === null) return null
    // Of an answer that has thinking in it, a template may write the thinking elsewhere.
    const at = whole.startsWith(before) ? before.length : firstDifference(before, whole)
    return { prompt: whole.slice(0, at), answer: whole.slice(at) }
  }
}

/** What the engine gives the model when it is asked `messages`, thinking off. Unseen as in `trainingLayout`. */
export function askingLayout({ chatTemplate, tokenizer }: ModelFile, messages: readonly ChatMessage[]): PromptLayout {
  const thinking = hasThinkingSwitch(chatTemplate) ? { enable_thinking: false } : {}
  const text = renderer(chatTemplate, tokenizer)(messages, { add_generation_prompt: true, ...thinking })
  return { text, tokens: tokensOf(text, tokenizer) }
}

type Renderer = (messages: readonly ChatMessage[], options?: Record<string, unknown>) => string | null

function beforeAnswer(render: Renderer, messages: readonly ChatMessage[]): string | null {
  return render([...messages, { role: 'assistant', content: answerMark }])?.split(answerMark)[0] ?? null
}

/** Null for a template with what the library doesn't know, or one that refuses the messages. */
function renderer(template: string | null, tokenizer: ModelFile['tokenizer']): Renderer {
  const special = { bos_token: specialText(tokenizer, 'bosId'), eos_token: specialText(tokenizer, 'eosId') }
  const compiled = orNull(() => new Template(template ?? chatMl))
  return (messages, options = {}) => orNull(() => compiled?.render({ messages, ...special, ...options }) ?? null)
}

function orNull<Result>(act: () => Result): Result | null {
  try {
    return act()
  } catch (error) {
    if (error instanceof Error) return null
    throw error
  }
}

function specialText(tokenizer: ModelFile['tokenizer'], which: 'bosId' | 'eosId'): string {
  const id = tokenizer[which]
  return id === undefined ? '' : (tokenizer.tokens[id] ?? '')
}

function tokensOf(text: string | null, tokenizer: ModelFile['tokenizer']): number | null {
  if (text === null) return null
  const { exact, count } = tokenCounterFor(tokenizer)
  if (!exact) return null
  const start = specialText(tokenizer, 'bosId')
  const hasStart = start !== '' && text.startsWith(start)
  return count(text) + (tokenizer.addsBos && !hasStart ? 1 : 0)
}
