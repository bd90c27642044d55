import { createHash } from 'node:crypto'
import { truthfulFileType } from '../src/gguf/file-type.ts'
import { byteLength, elementsOf, ggmlTypes } from '../src/gguf/ggml-types.ts'
import type { GgmlType } from '../src/gguf/ggml-types.ts'
import { MetadataValue } from '../src/gguf/metadata.ts'
import { quantise } from '../src/gguf/quantisation.ts'
import { writeGguf } from '../src/gguf/writer.ts'
import type { TensorLayout } from '../src/gguf/writer.ts'

const [layers, width, heads, keys, hidden, vocabulary, rank] = [16, 1024, 2048, 512, 3072, 32768, 16]
const elementsAtOnce = width * 512

/** The shapes (columns, rows) of one layer's matrices, all of which the adapter touches: about 14.7M parameters. */
const matrices = {
  ...{ attn_q: [width, heads], attn_k: [width, keys], attn_v: [width, keys], attn_output: [heads, width] },
  ...{ ffn_gate: [width, hidden], ffn_up: [width, hidden], ffn_down: [hidden, width] },
} satisfies Record<string, [number, number]>

/** A model of 268M parameters whose tensors have these types (Q8_0, Q4_K or Q6_K). */
export async function writeModel(file: string, typeOf: (tensor: string) => GgmlType): Promise<void> {
  const tensors: TensorLayout[] = []
  const add = (name: string, shape: [number, number]) => tensors.push({ name, shape, type: typeOf(name) })
  add('token_embd.weight', [width, vocabulary])
  forEachMatrix(add)
  const metadata = new Map([
    ['general.architecture', MetadataValue.text('qwen3')],
    ['general.file_type', MetadataValue.uint32(truthfulFileType(tensors, undefined) ?? 0)],
    ['general.quantization_version', MetadataValue.uint32(2)],
  ])
  const pieces = {
    Q8_0: quantise('Q8_0', pseudoRandom('weights', elementsAtOnce, 0.05)),
    Q4_K: randomBlocks('Q4_K'),
    Q6_K: randomBlocks('Q6_K'),
  }
  const data = async function* () {
    for (const { shape, type } of tensors)
      for (let rest = elementsOf(shape); rest > 0; rest -= elementsAtOnce) yield await Promise.resolve(pieces[type as keyof typeof pieces])
  }
  await writeGguf(file, { version: 3, alignment: 32, metadata, tensors }, data())
}

/** Random bytes, but for the float16 scales, which are such that values lie around 0.05. */
function randomBlocks(type: 'Q4_K' | 'Q6_K'): Uint8Array {
  const bytes = new Uint8Array(Int32Array.from(pseudoRandom(type, byteLength(type, elementsAtOnce) / 4, 2 ** 31)).buffer)
  const scales = { Q4_K: { 1: 0x0a, 3: 0x16 }, Q6_K: { 209: 0x03 } }[type]
  for (let block = 0; block < bytes.length; block += ggmlTypes[type].blockBytes)
    for (const [at, upper] of Object.entries(scales)) bytes[block + Number(at)] = upper
  return bytes
}

/** An adapter of rank 16 for all of its matrices. */
export async function writeAdapter(file: string): Promise<void> {
  const tensors: TensorLayout[] = []
  forEachMatrix((name, [columns, rows]) => {
    tensors.push(
      { name: `${name}.lora_a`, shape: [columns, rank], type: 'F32' },
      { name: `${name}.lora_b`, shape: [rank, rows], type: 'F32' },
    )
  })
  const metadata = new Map([
    ['general.architecture', MetadataValue.text('qwen3')],
    ['general.type', MetadataValue.text('adapter')],
    ['adapter.type', MetadataValue.text('lora')],
    ['adapter.lora.alpha', MetadataValue.float32(2 * rank)],
  ])
  const data = async function* () {
    for (const { name, shape } of tensors) yield await Promise.resolve(new Uint8Array(pseudoRandom(name, elementsOf(shape), 0.02).buffer))
  }
  await writeGguf(file, { version: 3, alignment: 32, metadata, tensors }, data())
}

function forEachMatrix(add: (name: string, shape: [number, number]) => void): void {
  for (let layer = 0; layer < layers; layer++)
    for (const [name, shape] of Object.entries(matrices)) add(`blk.${layer}.${name}.weight`, [...shape])
}

/** Values in (-size, size), the same for the same seed. */
function pseudoRandom(seed: string, length: number, size: number): Float32Array {
  let state = createHash('sha256').update(seed).digest().readUInt32LE(0) | 1
  return Float32Array.from({ length }, () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state / 2 ** 31) * size
  })
}
