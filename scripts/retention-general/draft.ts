/**
 * How an answer is recognised: `word` anywhere as a whole word in any case ("|" between alternatives), `choice` as the whole answer (an article and
 * punctuation allowed), `text` as it is anywhere, `exact` as the whole answer, `json` by value. A number is compared as a number.
 */
export type Kind = 'word' | 'choice' | 'text' | 'exact' | 'json'
export type Draft = readonly [input: string, answer: string | number, kind?: Kind]
