import { ggmlTypes } from '../ggml-types.ts'
import type { GgmlType } from '../ggml-types.ts'
import { halfToFloat } from './halves.ts'
import { advance, countDown } from './loops.ts'
import { valueType, wasm } from './wasm-assembler.ts'
import type { Code, WasmFunction } from './wasm-assembler.ts'

const [source, row, blocks] = [0, 1, 2]
const [bits, sign, scale, minimumScale] = [3, 4, 5, 6]
const [elements, words, step, minimum] = [7, 8, 9, 10]
/** Locals that a format may use as it likes: vectors. */
export const [first, second, third] = [11, 12, 13]

/** The function of one type: (source, row, blocks), each block's code with the block at `source` and its elements to go to `row`. */
export function dequantiser(type: GgmlType, block: Code): WasmFunction {
  const { blockSize, blockBytes } = ggmlTypes[type]
  return {
    name: dequantiserName(type),
    parameters: 3,
    locals: [...[valueType.i32, valueType.i32, valueType.f32, valueType.f32], ...Array.from({ length: 7 }, () => valueType.v128)],
    body: wasm.repeat([...block, ...advance(source, blockBytes), ...advance(row, 4 * blockSize), ...countDown(blocks)]),
  }
}

export const dequantiserName = (type: GgmlType): string => `dequantise${type}`

export const byteAt = (offset: number): Code => [...wasm.get(source), ...wasm.i32Load8(offset)]
export const signedByteAt = (offset: number): Code => [...wasm.get(source), ...wasm.i32Load8Signed(offset)]
export const bytesAt = (offset: number): Code => [...wasm.get(source), ...wasm.loadBytes(offset)]

const halfAt = (offset: number): Code => [...wasm.get(source), ...wasm.i32Load16(offset), ...halfToFloat(bits, sign)]
/** The block's float16s that all of its elements, or its groups' scales, are multiplied with. */
export const readScale = (offset: number): Code => [...halfAt(offset), ...wasm.set(scale)]
export const readMinimumScale = (offset: number): Code => [...halfAt(offset), ...wasm.set(minimumScale)]

/** What elements are multiplied with from here on: the block's scale, or that times a whole number. */
export const stepIsScale: Code = [...wasm.get(scale), ...wasm.splatF32, ...wasm.set(step)]
export const stepIs = (factor: Code): Code => [...times(scale, factor), ...wasm.splatF32, ...wasm.set(step)]
/** What is added to them then: the block's, or *minus* its times a whole number. */
export const minimumIsScale: Code = [...wasm.get(minimumScale), ...wasm.splatF32, ...wasm.set(minimum)]
export const minimumIs = (factor: Code): Code => [...times(minimumScale, factor), ...wasm.splatF32, ...wasm.set(minimum)]

const times = (local: number, factor: Code): Code => [...wasm.get(local), ...factor, ...wasm.i32ToF32, ...wasm.f32Multiply]

/** Takes 16 signed bytes and writes them as elements `at` to `at` + 15 of the row: each times the step, and then with the minimum added or subtracted. */
export function expand(at: number, minimumSign?: '+' | '-'): Code {
  const finish = minimumSign ? [...wasm.get(minimum), ...(minimumSign === '+' ? wasm.addF32 : wasm.subF32)] : []
  return [
    ...wasm.set(elements),
    ...[wasm.widenLowI8, wasm.widenHighI8].flatMap((widenByte, half) => [
      ...[...wasm.get(elements), ...widenByte, ...wasm.set(words)],
      ...[wasm.widenLowI16, wasm.widenHighI16].flatMap((widenShort, quarter) => [
        ...[...wasm.get(row), ...wasm.get(words), ...widenShort, ...wasm.toF32, ...wasm.get(step), ...wasm.multiplyF32, ...finish],
        ...wasm.store(4 * (at + 8 * half + 4 * quarter)),
      ]),
    ]),
  ]
}

const everywhere = (byte: number): Code => wasm.bytes(Array<number>(16).fill(byte))
export const masked = (mask: number): Code => [...everywhere(mask), ...wasm.and]
/** Takes a vector and leaves its bytes shifted (to the right if less than 0) and masked; as whole words are shifted the mask may not reach beyond the bits that belong. */
export function shifted(by: number, mask: number): Code {
  if (by === 0) return masked(mask)
  return [...wasm.i32(Math.abs(by)), ...(by < 0 ? wasm.shiftRightI16 : wasm.shiftLeftI16), ...masked(mask)]
}
export const less = (byte: number): Code => [...everywhere(byte), ...wasm.subI8]
