import { GenesisError } from '../errors.ts'
import { largestHalfBytes, listed } from '../gguf/lora.ts'
import type { ForeignPair, Half } from './foreign-adapter.ts'
import type { SafetensorsFile } from './safetensors.ts'
import type { StoredTensor } from './safetensors-header.ts'

/** Which half of which module a tensor is, and whether its rows are to become columns. */
export interface NamedHalf {
  module: string
  half: 'a' | 'b'
  isEmbedding: boolean
  transposed: boolean
}

/** Puts an adapter's tensors together in pairs. `nameHalf` gives 'skip' for tensors that don't matter, and undefined for others that are no half of a pair. Throws GI-ADAPTER-INVALID, -UNSUPPORTED. */
export function pairHalves(
  file: SafetensorsFile,
  nameHalf: (name: string) => NamedHalf | 'skip' | undefined,
  scaleOf: (module: string, rank: number) => number,
): ForeignPair[] {
  const modules = new Map<string, { a?: Half; b?: Half; isEmbedding: boolean }>()
  const strangers: string[] = []
  for (const tensor of file.tensors) {
    const named = nameHalf(tensor.name)
    if (named === 'skip') continue
    if (named === undefined) strangers.push(tensor.name)
    else {
      const { module, half, isEmbedding, transposed } = named
      const found = modules.get(module)
      if (found?.[half]) throw misfit(`${module} has two lora_${half}`)
      modules.set(module, { ...found, isEmbedding, [half]: halfOf(file, tensor, transposed) })
    }
  }
  if (strangers.length > 0) throw strange(strangers)
  if (modules.size === 0) throw misfit(`${file.file} holds no tensors`)
  return [...modules].map(([module, halves]) => pairOf(module, halves, scaleOf))
}

function halfOf(file: SafetensorsFile, tensor: StoredTensor, transposed: boolean): Half {
  const [rows, columns, ...more] = tensor.shape
  if (rows === undefined || columns === undefined || more.length > 0 || rows * columns === 0)
    throw misfit(`${tensor.name} is no matrix (${tensor.shape.join(' x ')})`)
  if (4 * rows * columns > largestHalfBytes)
    throw misfit(`${tensor.name} is larger than any half of an adapter (${tensor.shape.join(' x ')})`)
  if (!transposed) return { shape: [columns, rows], read: () => file.read(tensor) }
  return { shape: [rows, columns], read: async () => transpose(await file.read(tensor), columns) }
}

function pairOf(
  module: string,
  { a, b, isEmbedding }: { a?: Half; b?: Half; isEmbedding: boolean },
  scaleOf: (module: string, rank: number) => number,
): ForeignPair {
  if (!a || !b) throw misfit(`${module} has no lora_${a ? 'b' : 'a'}`)
  const rank = isEmbedding ? a.shape[0] : a.shape[1]
  if (b.shape[0] !== rank) throw misfit(`${module}: the ranks of its halves differ (${rank} and ${b.shape[0]})`)
  return { module, rank, scale: scaleOf(module, rank), a, b }
}

/** Turns a row-major (n, width) matrix into its row-major (width, n) transpose. */
function transpose(values: Float32Array, width: number): Float32Array {
  const height = values.length / width
  const result = new Float32Array(values.length)
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++) result[column * height + row] = values[row * width + column] ?? NaN
  return result
}

function strange(names: readonly string[]): GenesisError {
  const reasons = [
    { pattern: /\.bias$|lora_[AB]\.bias|lora_[ab]_bias/, why: 'trained biases' },
    { pattern: /lora_magnitude_vector|\.m$/, why: 'magnitudes of DoRA' },
    { pattern: /\.weight$/, why: 'whole trained weights' },
  ]
  const found = reasons.find(({ pattern }) => names.some((name) => pattern.test(name)))
  return new GenesisError('GI-ADAPTER-UNSUPPORTED', {
    why: `it holds ${found?.why ?? 'tensors that are no halves of a LoRA pair'}: ${listed(names)}`,
  })
}

function misfit(why: string): GenesisError {
  return new GenesisError('GI-ADAPTER-INVALID', { why })
}
