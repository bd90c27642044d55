import { holdsTemplateToken, isRefusal } from '../evaluation/answer-marks.ts'
import type { ChatMessage } from '../learnings/learning.ts'

/** Texts that go to the trainer together. */
export interface Exchange {
  context: readonly ChatMessage[]
  input: string
  answer: string
}

/** Whether a conversation fits into what a training step sees. */
export type Fits = (messages: readonly ChatMessage[]) => boolean

/** Why an exchange is not used, if it isn't; `others`: texts beside it that come along, such as the wrong answer. */
export type ReasonNotToUse = (exchange: Exchange, others?: readonly string[]) => string | undefined

export const textsIn = ({ context, input, answer }: Exchange): string[] => [...context.map(({ content }) => content), input, answer]

export const templateTokensReason = 'has tokens of a chat template in its text'
export const refusalReason = 'gives a refusal as the answer'
export const tooLongForTrainingReason = 'is longer than the training context'

/** What makes an exchange worth nothing for training, or harmful; undefined when nothing does. */
export function reasonAgainst(exchange: Exchange, fits: Fits): string | undefined {
  const { context, input, answer } = exchange
  // The model would see the end of a turn in the midst of it.
  if (textsIn(exchange).some(holdsTemplateToken)) return templateTokensReason
  if (isRefusal(answer)) return refusalReason
  const messages: ChatMessage[] = [...context, { role: 'user', content: input }, { role: 'assistant', content: answer }]
  return fits(messages) ? undefined : tooLongForTrainingReason
}
