import { openSafetensors } from '../adapters/safetensors.ts'
import { reorderedHeads, reorderRows } from '../adapters/rotary-order.ts'
import { GenesisError } from '../errors.ts'
import { byteLength } from '../gguf/ggml-types.ts'
import { openGguf } from '../gguf/gguf-file.ts'
import type { GgufFile } from '../gguf/gguf-file.ts'
import type { Tensor } from '../gguf/header.ts'
import { dequantise, isDequantisable } from '../gguf/quantisation.ts'
import type { ModelFolder } from './model-folder.ts'
import { largestDifference, relativeDifference } from './number-difference.ts'
import { pairTensors, sampledPairs, shapeDifference } from './tensor-pairs.ts'
import type { TensorPair } from './tensor-pairs.ts'

/** Rows of a matrix that are compared. */
const sampledRows = 16

/** Makes sure that a Hugging Face folder and a GGUF file have the same shapes. Throws GI-MODEL-DIFFERS naming the tensor, and what `openGguf` throws. */
export async function requireSameShapes(model: ModelFolder, base: string): Promise<void> {
  const gguf = await openGguf(base)
  await gguf.close()
  const difference = shapeDifference(pairTensors(model.tensors), gguf.tensors)
  if (difference !== null) throw new GenesisError('GI-MODEL-DIFFERS', { why: difference })
}

/**
 * Makes sure that some of their numbers are the same, as far as the base's quantisation lets one see. Rows of queries and keys are compared in
 * llama.cpp's order. Throws as `requireSameShapes`, and what `openSafetensors` throws.
 */
export async function requireSameNumbers(model: ModelFolder, base: string): Promise<void> {
  const gguf = await openGguf(base)
  try {
    for (const pair of sampledPairs(pairTensors(model.tensors))) {
      const own = gguf.tensors.find(({ name }) => name === pair.name)
      if (own === undefined || !isDequantisable(own.type)) continue
      const difference = await differenceOf(pair, own, gguf)
      if (difference > largestDifference(own.type)) throw differs(pair, difference)
    }
  } finally {
    await gguf.close()
  }
}

function differs({ theirs, name }: TensorPair, difference: number): GenesisError {
  const percent = difference < 0.1 ? (100 * difference).toFixed(1) : (100 * difference).toFixed(0)
  return new GenesisError('GI-MODEL-DIFFERS', { why: `the numbers of ${theirs.name} and of ${name} of the base are ${percent}% apart` })
}

async function differenceOf({ theirs, kind }: TensorPair, own: Tensor, gguf: GgufFile): Promise<number> {
  const [columns = 1, rows = 1] = own.shape
  const heads = reorderedHeads(gguf.architecture ?? '', gguf.metadata, own.name)
  // Only within a whole head are the rows of both the same ones.
  const count = heads === undefined ? Math.min(rows, sampledRows) : rows / heads
  // The first rows of an embedding may be of tokens that nobody trained.
  const first = kind === 'embedding' ? Math.floor((rows - count) / 2) : 0
  const rowBytes = byteLength(own.type, columns)
  const ours = dequantise(own.type, await gguf.readTensor(own, first * rowBytes, count * rowBytes))
  const file = await openSafetensors(theirs.file)
  try {
    const stored = file.tensors.find(({ name }) => name === theirs.name)
    if (stored === undefined) throw new GenesisError('GI-MODEL-FOLDER', { why: `${theirs.file} changed while it was read` })
    if (kind === 'norm') return relativeDifference(shifted(await file.read(stored), normShift(gguf.architecture)), ours)
    const values = await file.read(stored, { first, count })
    return relativeDifference(heads === undefined ? values : reorderRows(values, count, 1), ours)
  } finally {
    await file.close()
  }
}

/** GGUF holds 1 + w where these multiply by it (convert_hf_to_gguf.py, norm_shift). */
const normShift = (architecture: string | undefined): number =>
  ['gemma', 'gemma2', 'gemma3', 'nemotron'].includes(architecture ?? '') ? 1 : 0

const shifted = (values: Float32Array, shift: number): Float32Array => (shift === 0 ? values : values.map((value) => value + shift))
