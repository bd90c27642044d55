import { fileTypeName } from './file-type.ts'
import { elementsOf } from './ggml-types.ts'
import { openGguf } from './gguf-file.ts'
import { numberOf, textOf } from './metadata.ts'
import type { Metadata, Value } from './metadata.ts'

/** What the rest of the program wants to know about a model file. */
export interface GgufSummary {
  architecture: string | undefined
  /** For example "Q8_0" or "Q4_K_M". */
  fileType: string | undefined
  parameterCount: number
  /** Tokens. */
  contextLength: number | undefined
  /** The Jinja text of tokenizer.chat_template. */
  chatTemplate: string | null
  tokenizer: GgufTokenizer
}

/** The big lists are decoded when they are first asked for. */
export interface GgufTokenizer {
  /** For example "gpt2" (byte-level BPE) or "llama" (SentencePiece). */
  model: string | undefined
  /** The pre-tokenizer, for example "qwen2". */
  pre: string | undefined
  readonly tokens: readonly string[]
  readonly merges: readonly string[]
  /** llama.h, enum llama_token_type: 1 normal, 2 unknown, 3 control, 4 user defined, 5 unused, 6 byte. */
  readonly tokenTypes: readonly number[]
  bosId: number | undefined
  eosId: number | undefined
  /** Whether a start-of-text token is put before what is tokenised; where the file doesn't say, byte-level BPE adds none. */
  addsBos: boolean
}

/** Reads what a model file says about itself; the file is closed again. Throws as `openGguf` does. */
export async function readGgufSummary(file: string): Promise<GgufSummary> {
  const gguf = await openGguf(file)
  await gguf.close()
  const { metadata, architecture, fileType, tensors } = gguf
  return {
    architecture,
    fileType: fileType === undefined ? undefined : fileTypeName(fileType),
    parameterCount: tensors.reduce((sum, { shape }) => sum + elementsOf(shape), 0),
    contextLength: architecture === undefined ? undefined : numberOf(metadata, `${architecture}.context_length`),
    chatTemplate: textOf(metadata, 'tokenizer.chat_template') ?? null,
    tokenizer: tokenizerOf(metadata),
  }
}

function tokenizerOf(metadata: Metadata): GgufTokenizer {
  const tokens = lazyList(metadata, 'tokenizer.ggml.tokens', (value) => typeof value === 'string')
  const merges = lazyList(metadata, 'tokenizer.ggml.merges', (value) => typeof value === 'string')
  const tokenTypes = lazyList(metadata, 'tokenizer.ggml.token_type', (value) => typeof value === 'number')
  return {
    model: textOf(metadata, 'tokenizer.ggml.model'),
    pre: textOf(metadata, 'tokenizer.ggml.pre'),
    get tokens() {
      return tokens()
    },
    get merges() {
      return merges()
    },
    get tokenTypes() {
      return tokenTypes()
    },
    bosId: numberOf(metadata, 'tokenizer.ggml.bos_token_id'),
    eosId: numberOf(metadata, 'tokenizer.ggml.eos_token_id'),
    addsBos: metadata.get('tokenizer.ggml.add_bos_token')?.value === true,
  }
}

/** A list of one kind of value; empty when the file has none, or another kind. */
function lazyList<T extends Value>(metadata: Metadata, key: string, fits: (value: Value) => value is T): () => readonly T[] {
  let list: readonly T[] | undefined
  return () => {
    if (list) return list
    const value = metadata.get(key)?.value
    const values = Array.isArray(value) ? value : []
    return (list = values.every(fits) ? values : [])
  }
}
