import { baseTensorName, embeddingTensor, outputTensor } from '../adapters/tensor-names.ts'
import { listed } from '../gguf/lora.ts'
import type { ModelTensor } from './model-folder.ts'

/** A tensor of a Hugging Face folder and the same one in GGUF. */
export interface TensorPair {
  theirs: ModelTensor
  /** Its name in GGUF. */
  name: string
  kind: 'linear' | 'embedding' | 'norm'
}

/** Of GGUF as far as is needed here; `shape` is ggml's: a row's length first. */
interface BaseShape {
  name: string
  shape: readonly number[]
}

/** Every tensor of the folder whose place in GGUF is known. */
export function pairTensors(tensors: readonly ModelTensor[]): TensorPair[] {
  return tensors.flatMap((theirs): TensorPair[] => {
    const module = theirs.name.replace(/\.weight$/, '')
    const norm = normName(module)
    if (norm !== undefined) return [{ theirs, name: norm, kind: 'norm' }]
    const name = baseTensorName(module)
    if (name === undefined || name === module) return []
    return [{ theirs, name, kind: name === embeddingTensor || name === outputTensor ? 'embedding' : 'linear' }]
  })
}

/** The norms that all of these models have; the others have other names in other architectures. */
function normName(module: string): string | undefined {
  const inside = module.replace(/^(?:(?:model|language_model)\.)+/, '')
  if (inside === 'norm') return 'output_norm.weight'
  const layer = /^layers\.(\d+)\.input_layernorm$/.exec(inside)?.[1]
  return layer === undefined ? undefined : `blk.${Number(layer)}.attn_norm.weight`
}

/** Where the shapes of the folder and of the base part, in words; null when they agree. */
export function shapeDifference(pairs: readonly TensorPair[], base: readonly BaseShape[]): string | null {
  const own = new Map(base.map(({ name, shape }) => [name, [...shape].reverse()]))
  for (const { theirs, name } of pairs) {
    const shape = own.get(name)
    // A shared embedding is stored once, or twice.
    if (shape === undefined && name === outputTensor) continue
    if (shape === undefined) return `${theirs.name} has no counterpart: the base has no ${name}`
    if (!isSame(shape, theirs.shape)) return `${theirs.name} is ${theirs.shape.join(' x ')}, ${name} of the base is ${shape.join(' x ')}`
  }
  const paired = new Set(pairs.map(({ name }) => name))
  const missing = base.map(({ name }) => name).filter((name) => /^blk\.\d+\.attn_norm\.weight$/.test(name) && !paired.has(name))
  if (missing.length > 0) return `the folder has no counterpart of ${listed(missing)} of the base`
  return paired.has(embeddingTensor) ? null : `the folder has no ${embeddingTensor.replace('token_embd', 'embed_tokens')}`
}

const isSame = (left: readonly number[], right: readonly number[]): boolean =>
  left.length === right.length && left.every((length, index) => length === right[index])

/** The pairs whose numbers are compared: the embedding, and everything of the first and the last block and behind it. */
export function sampledPairs(pairs: readonly TensorPair[]): TensorPair[] {
  const last = Math.max(...pairs.map(({ name }) => layerOf(name) ?? 0))
  return pairs.filter(({ name }) => [undefined, 0, last].includes(layerOf(name)))
}

function layerOf(name: string): number | undefined {
  const layer = /^blk\.(\d+)\./.exec(name)?.[1]
  return layer === undefined ? undefined : Number(layer)
}
