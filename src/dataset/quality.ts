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
  if (textsIn(exchange).some(hasTemplateTokens)) return templateTokensReason
  if (isRefusal(answer)) return refusalReason
  const messages: ChatMessage[] = [...context, { role: 'user', content: input }, { role: 'assistant', content: answer }]
  return fits(messages) ? undefined : tooLongForTrainingReason
}

/** Of ChatML, Llama, Gemma, Mistral, DeepSeek and the like, and of thinking. */
const templateTokens =
  /<[|｜][\p{L}_▁]{2,40}[|｜]>|<\/?(?:start|end)_of_turn>|<\|?(?:begin|end)_of_text\|?>|\[\/?INST\]|<<\/?SYS>>|<\/?think>/u

export const hasTemplateTokens = (text: string): boolean => templateTokens.test(text)

/** Longer answers that begin so go on to say something. */
const longestRefusal = 300

/**
 * Answers in which an assistant says that it can't or won't, in English, German, French, Spanish and Chinese. Only as the beginning of a short
 * answer: "You cannot return opened goods" is what a customer is to be told.
 */
export function isRefusal(answer: string): boolean {
  const text = answer.trim().replaceAll(/[’‘]/g, "'")
  return text.length <= longestRefusal && refusals.some((refusal) => refusal.test(text))
}

const help =
  '(?:help|assist|do|answer|comply|fulfil|fulfill|provide|create|generate|write|produce|complete|engage|discuss|support|share|give|continue|process|access)'
const refusals = [
  new RegExp(
    String.raw`^(?:(?:i'm|i am) (?:so |very |really )?sorry|sorry|i apologi[sz]e|apologies|unfortunately)?[,.;:!]?\s*(?:but\s+)?i(?:'m| am)? (?:can't|cannot|can not|won't|will not|unable to|not able to|not allowed to|must decline to) (?:\w+ )?${help}\b`,
    'i',
  ),
  /^(?:i'm |i am )?(?:sorry|unfortunately)?[,.;:]?\s*(?:but\s+)?as an? (?:ai|artificial intelligence|(?:large )?language model)\b/i,
  /^(?:es tut mir (?:sehr )?leid|leider|entschuldigung)?[,.;:]?\s*(?:aber\s+)?(?:dabei |das |hier(?:bei)? )?kann ich (?:\S+ ){0,4}nicht (?:helfen|beantworten|tun|erstellen)/i,
  /^als (?:ki|künstliche intelligenz|sprachmodell)\b/i,
  /^(?:(?:je suis )?désolée?)?[,.;:]?\s*(?:mais\s+)?je ne (?:peux|puis) pas (?:\S+ ){0,2}(?:aider|répondre|faire|fournir)/i,
  /^(?:lo siento)?[,.;:]?\s*(?:pero\s+)?no puedo (?:ayudar|responder|hacer|proporcionar)/i,
  /^(?:很?抱歉|对不起|不好意思)?[,，。]?\s*(?:但)?我(?:无法|不能)(?:帮助|提供|回答|协助|满足)/,
]
