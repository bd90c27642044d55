import { GenesisError } from '../errors.ts'
import { numberOf } from '../gguf/metadata.ts'
import type { Metadata } from '../gguf/metadata.ts'

/**
 * Architectures of GGUF whose query and key rows lie in another order than Hugging Face's: those that llama.cpp's LlamaModel and its kin convert
 * (Llama, Mistral, Mixtral, Granite, ...). Qwen, Gemma and Phi keep theirs.
 */
const reordered: readonly string[] = ['llama', 'mistral3', 'granite', 'granitemoe', 'smollm3', 'arcee', 'deci', 'minicpm', 'internlm2']

/** How many heads the rows of this tensor are interleaved by, or undefined when they keep their order. Throws GI-ADAPTER-INVALID when the base doesn't say. */
export function reorderedHeads(architecture: string, metadata: Metadata, tensor: string): number | undefined {
  const part = /\.attn_([qk])\.weight$/.exec(tensor)?.[1]
  if (part === undefined || !reordered.includes(architecture)) return undefined
  const all = numberOf(metadata, `${architecture}.attention.head_count`)
  const heads = part === 'k' ? (numberOf(metadata, `${architecture}.attention.head_count_kv`) ?? all) : all
  if (heads === undefined || heads < 1)
    throw new GenesisError('GI-ADAPTER-INVALID', { why: `the base does not say how many heads it has, which ${tensor} needs` })
  return heads
}

/**
 * Rows of a row-major matrix in GGUF's order: within each head, rows i and i + half a head become neighbours, as rotary positions are applied to
 * pairs of neighbours there (LlamaModel.permute of convert_hf_to_gguf.py). Throws GI-ADAPTER-INVALID when the heads don't divide the rows.
 */
export function reorderRows(values: Float32Array, rows: number, heads: number): Float32Array {
  const width = values.length / rows
  const half = rows / heads / 2
  if (!Number.isInteger(half))
    throw new GenesisError('GI-ADAPTER-INVALID', { why: `${rows} query or key rows do not fit the ${heads} heads of the base` })
  const result = new Float32Array(values.length)
  for (let to = 0; to < rows; to++) {
    const inHead = to % (2 * half)
    const from = to - inHead + (inHead % 2) * half + Math.floor(inHead / 2)
    result.set(values.subarray(from * width, (from + 1) * width), to * width)
  }
  return result
}
