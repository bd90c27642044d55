import { GenesisError } from '../errors.ts'
import { openGguf } from './gguf-file.ts'
import { elementsOf } from './ggml-types.ts'
import type { GgufFile } from './gguf-file.ts'
import type { Tensor } from './header.ts'
import { numberOf, textOf } from './metadata.ts'
import { dequantise } from './quantisation.ts'

/** One base tensor's change: delta = scale x B A. */
export interface LoraPair {
  /** The base tensor's name, for example "blk.0.attn_q.weight". */
  name: string
  rank: number
  /** alpha / rank, or 1 when the adapter has no alpha. */
  scale: number
  /** The delta's shape as ggml's ne: row length, then number of rows. */
  shape: readonly [columns: number, rows: number]
  /** `basis` is A, row-major (rank, columns); `factors` is B, row-major (rows, rank). float32. Throws GI-ADAPTER-INVALID when one is no finite number. */
  read(): Promise<{ basis: Float32Array; factors: Float32Array }>
}

export interface Lora {
  file: string
  architecture: string
  /** adapter.lora.alpha; 0 when missing. */
  alpha: number
  pairs: readonly LoraPair[]
  close(): Promise<void>
}

/** As `openLora`, and checks every number: that all are finite, and that they change something. */
export async function readLora(file: string): Promise<Lora> {
  const lora = await openLora(file)
  try {
    let changesSomething = false
    // One pair after the other, so that no more than one is in memory.
    for (const pair of lora.pairs) {
      const { basis, factors } = await pair.read()
      changesSomething ||= factors.some((value) => value !== 0) && basis.some((value) => value !== 0)
    }
    if (!changesSomething) throw invalidAdapter('every lora_b (or its lora_a) is zero: nothing was learned')
    return lora
  } catch (error) {
    await lora.close()
    throw error
  }
}

/**
 * Opens a LoRA adapter in GGUF and checks its kind, and that its tensors are pairs that fit together. Throws GI-ADAPTER-INVALID, and what `openGguf`
 * throws. Layout: llama-adapter.cpp and convert_lora_to_gguf.py of llama.cpp.
 */
export async function openLora(file: string): Promise<Lora> {
  const gguf = await openGguf(file)
  try {
    const { metadata, architecture } = gguf
    const kind = `${textOf(metadata, 'general.type') ?? 'no type'}, ${textOf(metadata, 'adapter.type') ?? 'no adapter type'}`
    if (kind !== 'adapter, lora') throw invalidAdapter(`${file} is no LoRA adapter (it says: ${kind})`)
    if (architecture === undefined) throw invalidAdapter(`${file} doesn't name its architecture`)
    const alpha = numberOf(metadata, 'adapter.lora.alpha') ?? 0
    if (!Number.isFinite(alpha)) throw invalidAdapter(`adapter.lora.alpha is ${alpha}`)
    const pairs = pairTensors(gguf).map((tensors) => describePair(gguf, tensors, alpha))
    return { file, architecture, alpha, pairs, close: () => gguf.close() }
  } catch (error) {
    await gguf.close()
    throw error
  }
}

export function invalidAdapter(why: string): GenesisError {
  return new GenesisError('GI-ADAPTER-INVALID', { why })
}

/** The error for a mixture of experts whose experts were trained: their tensors hold all of them at once. */
export function expertsTouched(names: readonly string[]): GenesisError {
  return new GenesisError('GI-ADAPTER-INVALID', {
    what: 'The adapter changes experts of a mixture, which cannot be merged.',
    why: `it changes ${listed(names)}`,
    remedy: 'Train with an adapter on the attention only (q, k, v and o projections); the adapter was not used.',
  })
}

/** The halves of the largest models at the highest ranks take 60 MB; each is read whole. */
export const largestHalfBytes = 256 << 20

interface PairTensors {
  name: string
  a: Tensor
  b: Tensor
}

function pairTensors({ tensors, file }: GgufFile): PairTensors[] {
  const halves = new Map<string, { a?: Tensor; b?: Tensor }>()
  const strangers: string[] = []
  for (const tensor of tensors) {
    const [, name, half] = /^(.+)\.lora_([ab])$/.exec(tensor.name) ?? []
    if (name === undefined) strangers.push(tensor.name)
    else halves.set(name, { ...halves.get(name), [half === 'a' ? 'a' : 'b']: tensor })
  }
  if (strangers.length > 0) throw invalidAdapter(`tensors that are neither lora_a nor lora_b: ${listed(strangers)}`)
  if (halves.size === 0) throw invalidAdapter(`${file} holds no tensors`)
  const lonely = [...halves].filter(([, { a, b }]) => !a || !b).map(([name, { a }]) => `${name} has no lora_${a ? 'b' : 'a'}`)
  if (lonely.length > 0) throw invalidAdapter(listed(lonely))
  return [...halves].flatMap(([name, { a, b }]) => (a && b ? [{ name, a, b }] : []))
}

function describePair(gguf: GgufFile, { name, a, b }: PairTensors, alpha: number): LoraPair {
  // The token embedding is looked up, not multiplied with: llama.cpp wants its two halves the other way round, and A transposed.
  const isEmbedding = name === 'token_embd.weight'
  const [basis, factors] = isEmbedding ? [b, a] : [a, b]
  const [aRank, bRank] = [isEmbedding ? a.shape[0] : a.shape[1], b.shape[0]]
  const shapes = `lora_a ${a.shape.join(' x ')}, lora_b ${b.shape.join(' x ')}`
  if (/_exps\b/.test(name)) throw expertsTouched([name])
  if (a.shape.length !== 2 || b.shape.length !== 2) throw invalidAdapter(`${name}: only pairs of matrices can be merged (${shapes})`)
  if (Math.max(a.bytes, b.bytes) > largestHalfBytes) throw invalidAdapter(`${name}: a half of it is larger than any adapter's (${shapes})`)
  if (aRank === undefined || aRank !== bRank) throw invalidAdapter(`${name}: the ranks of its halves differ (${shapes})`)
  return {
    ...{ name, rank: aRank, scale: alpha === 0 ? 1 : alpha / aRank },
    shape: [(isEmbedding ? basis.shape[1] : basis.shape[0]) ?? 0, factors.shape[1] ?? 0],
    read: async () => {
      const [basisValues, factorValues] = [await readValues(gguf, basis), await readValues(gguf, factors)]
      if (!areFinite(basisValues) || !areFinite(factorValues))
        throw invalidAdapter(`${name}: it holds infinities or values that are no numbers: the training diverged`)
      return { basis: isEmbedding ? transposed(basisValues, aRank) : basisValues, factors: factorValues }
    },
  }
}

/** In memory that threads can share. */
async function readValues(gguf: GgufFile, tensor: Tensor): Promise<Float32Array> {
  const values = new Float32Array(new SharedArrayBuffer(elementsOf(tensor.shape) * 4))
  if (tensor.type === 'F32') await gguf.readInto(new Uint8Array(values.buffer), tensor)
  else dequantise(tensor.type, await gguf.readTensor(tensor), values)
  return values
}

/** Turns a row-major (n, width) matrix into its row-major (width, n) transpose. */
function transposed(values: Float32Array, width: number): Float32Array {
  const height = values.length / width
  return values.map((_, index) => values[(index % height) * width + Math.floor(index / height)] ?? NaN)
}

/** A plain loop: adapters have many millions of numbers. */
export function areFinite(values: Float32Array): boolean {
  // 0 for finite numbers, NaN for all others; and once NaN it stays so.
  let sum = 0
  for (let index = 0; index < values.length; index++) sum += (values[index] ?? 0) * 0
  return sum === 0
}

/** The first few of many names. */
export function listed(names: readonly string[]): string {
  const shown = names.slice(0, 8).join(', ')
  return names.length > 8 ? `${shown} and ${names.length - 8} more` : shown
}
