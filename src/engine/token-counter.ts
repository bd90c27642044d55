import * as tokenizers from '@huggingface/tokenizers'
import type { GgufTokenizer } from '../gguf/summary.ts'

/** Counts the tokens of a text as the model sees them. */
export interface TokenCounter {
  /** Whether the counts are the model's own; else they are estimates that are rather too high. */
  exact: boolean
  count: (text: string) => number
}

/** What is used of the library, whose own types don't resolve under Node's rules. */
const { Tokenizer } = tokenizers as unknown as {
  Tokenizer: new (
    definition: object,
    config: object,
  ) => { encode(text: string, options: { add_special_tokens: boolean }): { ids: number[] } }
}

/** Patterns that cut a text before its pieces are merged, by tokenizer.ggml.pre (llama.cpp, llm_tokenizer_bpe). */
const patterns: Record<string, string> = {
  qwen2:
    "(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
}

const controlToken = 3
const userDefinedToken = 4

/** A counter made from the model file's own vocabulary. Byte-level BPE with a known pre-tokenizer is counted exactly, anything else is estimated. */
export function tokenCounterFor(tokenizer: GgufTokenizer): TokenCounter {
  const pattern = tokenizer.model === 'gpt2' && tokenizer.pre !== undefined ? patterns[tokenizer.pre] : undefined
  if (pattern === undefined || tokenizer.merges.length === 0) return estimator(tokenizer.tokens)
  const exact = new Tokenizer(definition(tokenizer, pattern), {})
  return { exact: true, count: (text) => exact.encode(text, { add_special_tokens: false }).ids.length }
}

/** The tokenizer in the format of tokenizer.json. */
function definition({ tokens, merges, tokenTypes }: GgufTokenizer, pattern: string): object {
  const special = tokens.flatMap((content, id) =>
    tokenTypes[id] === controlToken || tokenTypes[id] === userDefinedToken ? [{ id, content }] : [],
  )
  return {
    version: '1.0',
    added_tokens: special.map((token) => ({
      ...token,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: null,
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [
        { type: 'Split', pattern: { Regex: pattern }, behavior: 'Isolated', invert: false },
        { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false },
      ],
    },
    post_processor: null,
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      ...{
        type: 'BPE',
        dropout: null,
        unk_token: null,
        continuing_subword_prefix: null,
        end_of_word_suffix: null,
        fuse_unk: false,
        byte_fallback: false,
      },
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      merges: [...merges],
    },
  }
}

/**
 * For tokenizers that aren't rebuilt here: the number of longest matches in the vocabulary and a quarter more, at most a token a byte
 * (what byte fallback comes to).
 */
function estimator(tokens: readonly string[]): TokenCounter {
  const known = new Set(tokens)
  const longest = 24
  return {
    exact: false,
    count: (text) => {
      const marked = text.replaceAll(' ', '\u2581')
      let matches = 0
      for (let at = 0; at < marked.length; matches += 1) {
        let length = Math.min(longest, marked.length - at)
        while (length > 1 && !known.has(marked.slice(at, at + length))) length -= 1
        if (length === 1 && !known.has(marked.charAt(at))) matches += Buffer.byteLength(marked.charAt(at)) - 1
        at += length
      }
      return Math.min(Buffer.byteLength(text) + 1, Math.ceil(matches * 1.25) + 1)
    },
  }
}
