import { Template } from '@huggingface/jinja'
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
  const whole = render(template ?? chatMl, tokenizer, [...messages, { role: 'assistant', content: answerMark }], {})
  const before = whole?.split(answerMark)[0] ?? null
  return { text: before, tokens: tokensOf(before, tokenizer), startOfText: specialText(tokenizer, 'bosId') }
}

/** What the engine gives the model when it is asked `messages`, thinking off. Unseen as in `trainingLayout`. */
export function askingLayout({ chatTemplate, tokenizer }: ModelFile, messages: readonly ChatMessage[]): PromptLayout {
  const thinking = hasThinkingSwitch(chatTemplate) ? { enable_thinking: false } : {}
  const text = render(chatTemplate ?? chatMl, tokenizer, messages, { add_generation_prompt: true, ...thinking })
  return { text, tokens: tokensOf(text, tokenizer) }
}

function render(
  template: string,
  tokenizer: ModelFile['tokenizer'],
  messages: readonly ChatMessage[],
  options: Record<string, unknown>,
): string | null {
  const special = { bos_token: specialText(tokenizer, 'bosId'), eos_token: specialText(tokenizer, 'eosId') }
  try {
    return new Template(template).render({ messages, ...special, ...options })
  } catch (error) {
    // A template with what the library doesn't know, or one that refuses these messages.
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
