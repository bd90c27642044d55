/** Of ChatML, Llama, Gemma, Mistral, DeepSeek and the like, and of thinking; what could be HTML (strike-through) only where a template has it. */
const templateToken =
  /<[|｜][\p{L}\d_▁]{2,40}[|｜]>|<\/?(?:start|end)_of_turn>|<\|?(?:begin|end)_of_text\|?>|\[\/?INST\]|<<\/?SYS>>|<\/?think(?:ing)?>|<(?:bos|eos|pad|unk)>|^\s*<s>|<\/s>\s*$/u

/** Whether the text holds a mark that templates put around messages; none belongs into what a person or a model says, thinking being off. */
export const holdsTemplateToken = (text: string): boolean => templateToken.test(text)

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
