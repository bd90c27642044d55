import type { GgufTokenizer } from '../gguf/summary.ts'

/** Turn and document ends of the model families served here; a model that has one of them may answer past it unless it is named. */
const wellKnown = ['<|im_end|>', '<|endoftext|>', '<end_of_turn>', '<|eot_id|>']

/** The texts that end an answer: the end-of-text token of the model, and the well-known ends that are tokens of it. */
export function stopTexts({ tokens, eosId }: Pick<GgufTokenizer, 'tokens' | 'eosId'>): string[] {
  const known = new Set(tokens)
  const own = eosId === undefined ? undefined : tokens[eosId]
  return [...new Set([...(own === undefined ? [] : [own]), ...wellKnown.filter((text) => known.has(text))])]
}
