import { fileTypeName } from './file-type.ts'
import { elementsOf } from './ggml-types.ts'
import { openGguf } from './gguf-file.ts'
import { numberOf, numbersOf, textOf, textsOf } from './metadata.ts'
import type { Metadata } from './metadata.ts'

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
  const tokens = lazy(() => textsOf(metadata, 'tokenizer.ggml.tokens'))
  const merges = lazy(() => textsOf(metadata, 'tokenizer.ggml.merges'))
  const tokenTypes = lazy(() => numbersOf(metadata, 'tokenizer.ggml.token_type'))
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
    addsBos: isTrue(metadata, 'tokenizer.ggml.add_bos_token'),
  }
}

const isTrue = (metadata: Metadata, key: string): boolean => {
  const found = metadata.get(key)
  return found?.type === 'bool' && found.value === true
}

function lazy<T>(read: () => readonly T[]): () => readonly T[] {
  let list: readonly T[] | undefined
  return () => (list ??= read())
}
