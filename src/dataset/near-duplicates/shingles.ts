import { normaliseInput } from '../../evaluation/normalise.ts'
import { functionWords } from './function-words.ts'
import { mix } from './mix.ts'

/** What a text is compared by. */
export interface Shingles {
  /** 32-bit hashes, ascending, each once; never empty for a text that is not. */
  hashes: Int32Array
  /** Hash of the numbers and single letters ("column B") in the text, whatever their order; 0 without any. */
  figures: number
}

export type ShinglesFor = (input: string) => Shingles

/** The same, made once for each text: a dataset asks several times about each of its inputs. */
export function rememberShingles(): ShinglesFor {
  const known = new Map<string, Shingles>()
  return (input) => {
    const before = known.get(input)
    if (before) return before
    const made = shinglesOf(input)
    known.set(input, made)
    return made
  }
}

/**
 * The shingles of the normalised input: three characters each of every word with its ends marked, a whole function word, number or run of
 * symbols. Without regard to the order of words, so a sentence turned round stays near. Texts of five words already have some twenty.
 */
export function shinglesOf(input: string): Shingles {
  const text = normaliseInput(input)
  const hashes: number[] = []
  const figures: number[] = []
  for (const [word] of text.matchAll(words)) {
    if (functionWords.has(word) || isSymbols(word)) hashes.push(hashOfWord(word))
    else if (isFigure(word)) {
      const hash = hashOfWord(word)
      hashes.push(hash)
      figures.push(hash)
    } else addTrigrams(word, hashes)
  }
  // Only punctuation: the whole text is what there is to compare.
  if (hashes.length === 0) hashes.push(hashOfWord(text))
  return { hashes: distinct(hashes), figures: distinct(figures).reduce((sum, hash) => mix(sum ^ hash, 0x5bd1e995), 0) }
}

/** Letters with their marks; numbers with their separators; symbols that are no mere punctuation. */
const words = /[\p{L}\p{M}]+|\p{N}+(?:[.,:]\p{N}+)*|[\p{S}*/#%&@]+/gu
const isFigure = (word: string): boolean => /^(\p{N}|[a-z]$)/u.test(word)
const isSymbols = (word: string): boolean => !/^[\p{L}\p{M}\p{N}]/u.test(word)

const end = 0x20

function addTrigrams(word: string, hashes: number[]): void {
  let before = end
  let middle = word.charCodeAt(0)
  for (let index = 1; index <= word.length; index += 1) {
    const after = index < word.length ? word.charCodeAt(index) : end
    hashes.push(mix(Math.imul(before, 0x9e3779b1) ^ Math.imul(middle, 0x85ebca6b), Math.imul(after, 0xc2b2ae35)))
    before = middle
    middle = after
  }
}

/** Starts elsewhere than trigrams do, so that the word "the" is not the middle of "other". */
function hashOfWord(word: string): number {
  let hash = 0x165667b1
  for (let index = 0; index < word.length; index += 1) hash = Math.imul(hash ^ word.charCodeAt(index), 0x5bd1e995) ^ (hash >>> 15)
  return mix(hash, word.length)
}

function distinct(hashes: readonly number[]): Int32Array {
  const sorted = Int32Array.from(hashes).sort()
  let kept = 0
  for (let index = 0; index < sorted.length; index += 1) {
    if (index > 0 && sorted[index] === sorted[index - 1]) continue
    sorted[kept] = sorted[index] ?? 0
    kept += 1
  }
  return sorted.slice(0, kept)
}
