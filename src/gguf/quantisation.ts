import { GenesisError } from '../errors.ts'
import { bitsOf, shortAt } from './bits.ts'
import { bfloatBits, halfBits, halfValues } from './float16.ts'
import { byteLength, ggmlTypes } from './ggml-types.ts'
import type { GgmlType } from './ggml-types.ts'
import { dequantiseBlocks, quantiseQ8 } from './kernel/arrays.ts'
import { isKernelType, kernelTypes } from './kernel/row-kernel.ts'
import { dequantiseQ8_K, dequantiseTQ1_0, dequantiseTQ2_0 } from './rare-quants.ts'

/** source: whole blocks; target: as many float32 values as they hold. */
type Dequantiser = (source: Uint8Array, target: Float32Array) => void
/** values: whole blocks; target: their bytes. False when a value (or a scale) is not a finite number in this type. */
type Quantiser = (values: Float32Array, target: Uint8Array) => boolean

/** The types that the kernel doesn't do. */
const dequantisers: Partial<Record<GgmlType, Dequantiser>> = {
  F32: (source, target) => new Uint8Array(target.buffer, target.byteOffset, target.byteLength).set(source),
  F16: (source, target) => {
    const halves = halfValues()
    for (let index = 0; index < target.length; index++) target[index] = halves[shortAt(source, 2 * index)] ?? 0
  },
  BF16: (source, target) => {
    const bits = bitsOf(target)
    for (let index = 0; index < bits.length; index++) bits[index] = shortAt(source, 2 * index) << 16
  },
  ...{ Q8_K: dequantiseQ8_K, TQ1_0: dequantiseTQ1_0, TQ2_0: dequantiseTQ2_0 },
}

/** The types that tensors can be written as. */
export type QuantisedType = 'F32' | 'F16' | 'BF16' | 'Q8_0'

const quantisers: Record<QuantisedType, Quantiser> = {
  F32: (values, target) => {
    target.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
    return bitsOf(values).every((bits) => (bits & 0x7fffffff) < 0x7f800000)
  },
  F16: (values, target) => writeShorts(values, target, halfBits, 0x7c00),
  BF16: (values, target) => writeShorts(values, target, bfloatBits, 0x7f80),
  Q8_0: quantiseQ8,
}

/** Whether values of this type can be computed with. */
export function isDequantisable(type: GgmlType): boolean {
  return isKernelType(type) || dequantisers[type] !== undefined
}

/** The float32 values of whole blocks. Throws GI-GGUF-UNSUPPORTED, naming `type`, when it can only be copied. */
export function dequantise(
  type: GgmlType,
  source: Uint8Array,
  target: Float32Array = new Float32Array(elementCount(type, source)),
): Float32Array {
  const dequantiser = dequantisers[type]
  if (isKernelType(type)) dequantiseBlocks(type, source, target)
  else if (dequantiser) dequantiser(source, target)
  else throw unsupportedType(type)
  return target
}

/**
 * Writes float32 values (whole blocks) as `type` into `target`, bit for bit as gguf-py does.
 * Returns whether all of them are finite in that type.
 */
export function quantiseInto(type: QuantisedType, values: Float32Array, target: Uint8Array): boolean {
  return quantisers[type](values, target)
}

/** As `quantiseInto`, into new bytes; infinities and NaN are written as they come out. */
export function quantise(type: QuantisedType, values: Float32Array): Uint8Array {
  const target = new Uint8Array(byteLength(type, values.length))
  quantiseInto(type, values, target)
  return target
}

/** The error for a tensor type whose values can't be computed with. */
export function unsupportedType(type: GgmlType, tensor?: string): GenesisError {
  return new GenesisError('GI-GGUF-UNSUPPORTED', {
    what: `Tensors of type ${type} can be copied but not changed.`,
    why:
      tensor === undefined
        ? undefined
        : `${tensor} is ${type}; types that can be changed: ${[...kernelTypes, ...Object.keys(dequantisers)].join(', ')}`,
    remedy: 'Get the same model as Q4_K_M, Q8_0 or F16, or convert it: llama-quantize --allow-requantize MODEL.gguf MODEL-Q8_0.gguf Q8_0',
  })
}

function elementCount(type: GgmlType, source: Uint8Array): number {
  const { blockSize, blockBytes } = ggmlTypes[type]
  return (source.length / blockBytes) * blockSize
}

function writeShorts(values: Float32Array, target: Uint8Array, convert: (bits: number) => number, infinity: number): boolean {
  const bits = bitsOf(values)
  let largest = 0
  for (let index = 0; index < bits.length; index++) {
    const short = convert(bits[index] ?? 0)
    target[2 * index] = short
    target[2 * index + 1] = short >>> 8
    largest = Math.max(largest, short & 0x7fff)
  }
  return largest < infinity
}
