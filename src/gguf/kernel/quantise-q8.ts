import { ggmlTypes } from '../ggml-types.ts'
import { floatToHalf } from './halves.ts'
import { advance, countDown } from './loops.ts'
import { valueType, wasm } from './wasm-assembler.ts'
import type { Code, WasmFunction } from './wasm-assembler.ts'

const { blockSize, blockBytes } = ggmlTypes.Q8_0
const vectors = Array.from({ length: blockSize / 4 }, (_, index) => index)

const [row, target, blocks] = [0, 1, 2]
const [inverse, value, signBit, almostHalf, magic] = [3, 4, 5, 6, 7]
const [scale, nextScale, nextInverse, half, largest, bits] = [8, 9, 10, 11, 12, 13]
const infinityBits = 0x7f800000
/** 1.5 x 2^23: added to a whole number, that number is what the bits are more than the magic's own. */
const magicNumber = 12582912

/** Bytes beyond the last value that are looked at, whatever they hold. */
export const quantiserReadsAhead = 4 * blockSize

/** See `RowKernel.quantiseQ8`. Divisions take long: the scale of a block is computed while the block before it is written. */
export const quantiseQ8: WasmFunction = {
  name: 'quantiseQ8',
  parameters: 3,
  returns: true,
  locals: [
    ...Array.from({ length: 5 }, () => valueType.v128),
    ...[valueType.f32, valueType.f32, valueType.f32, valueType.i32, valueType.i32, valueType.i32],
  ],
  body: [
    ...[...wasm.i32(-0x80000000), ...wasm.splatI32, ...wasm.set(signBit)],
    // The float32 just below .5: adding it, with the value's sign, and cutting off is C's roundf, half away from zero (.5 itself would round .49999997 up).
    ...[...wasm.f32(0.5 - 2 ** -25), ...wasm.splatF32, ...wasm.set(almostHalf)],
    ...[...wasm.f32(magicNumber), ...wasm.splatF32, ...wasm.set(magic)],
    ...readScale(0),
    ...wasm.repeat([
      ...[...wasm.get(nextScale), ...wasm.set(scale), ...wasm.get(nextInverse), ...wasm.splatF32, ...wasm.set(inverse)],
      ...readScale(quantiserReadsAhead),
      ...[...wasm.get(scale), ...wasm.i32OfF32Bits, ...wasm.i32(infinityBits), ...wasm.i32AtLeast, ...wasm.either(endless(), finite())],
      ...[...wasm.get(target), ...wasm.get(half), ...wasm.i32Store16(0)],
      ...[...wasm.get(half), ...wasm.get(largest), ...wasm.get(half), ...wasm.get(largest), ...wasm.i32AtLeast, ...wasm.select],
      ...wasm.set(largest),
      ...[...advance(row, 4 * blockSize), ...advance(target, blockBytes), ...countDown(blocks)],
    ]),
    ...wasm.get(largest),
  ],
}

/** The scale of the block at `offset`, its largest magnitude / 127, and 1 / scale: 0 where that overflows, which makes the block all zeros as in gguf-py. */
function readScale(offset: number): Code {
  return [
    // Magnitudes compare like whole numbers, and infinities and NaN then come out largest, so none gets lost.
    ...[...wasm.get(row), ...wasm.load(offset), ...wasm.absoluteF32],
    ...vectors
      .slice(1)
      .flatMap((vector) => [...wasm.get(row), ...wasm.load(offset + 16 * vector), ...wasm.absoluteF32, ...wasm.maximumI32]),
    ...[8, 4].flatMap((bytes) => [
      ...wasm.tee(value),
      ...wasm.get(value),
      ...wasm.get(value),
      ...wasm.rotateBytes(bytes),
      ...wasm.maximumI32,
    ]),
    ...[...wasm.laneF32(0), ...wasm.f32(127), ...wasm.f32Divide, ...wasm.set(nextScale)],
    ...[...wasm.f32(0), ...wasm.f32(1), ...wasm.get(nextScale), ...wasm.f32Divide, ...wasm.tee(nextInverse)],
    ...[...wasm.get(nextInverse), ...wasm.f32(Infinity), ...wasm.f32Equal, ...wasm.select, ...wasm.set(nextInverse)],
  ]
}

/** A block with an infinity or NaN in it: all zeros and the scale's upper bits, as in gguf-py. */
function endless(): Code {
  return [
    ...[0, 1].flatMap((part) => [...wasm.get(target), ...wasm.i32(0), ...wasm.splatI32, ...wasm.storeBytes(2 + 16 * part)]),
    ...[...wasm.get(scale), ...wasm.i32OfF32Bits, ...wasm.i32(13), ...wasm.i32ShiftRight, ...wasm.i32(0x3ff), ...wasm.i32And],
    ...[...wasm.i32(0x7c00), ...wasm.i32Or, ...wasm.set(half)],
  ]
}

function finite(): Code {
  return [
    ...[0, 1].flatMap((part) => [
      ...wasm.get(target),
      ...[...rounded(4 * part), ...rounded(4 * part + 1), ...wasm.narrowI32],
      ...[...rounded(4 * part + 2), ...rounded(4 * part + 3), ...wasm.narrowI32],
      ...[...wasm.narrowI16, ...wasm.storeBytes(2 + 16 * part)],
    ]),
    ...[...floatToHalf(scale, bits), ...wasm.set(half)],
  ]
}

/** Four values / scale as whole numbers. They are small here, so the magic number does what a conversion with all its special cases would take longer for. */
function rounded(vector: number): Code {
  return [
    ...[...wasm.get(row), ...wasm.load(16 * vector), ...wasm.get(inverse), ...wasm.multiplyF32, ...wasm.tee(value)],
    ...[...wasm.get(value), ...wasm.get(signBit), ...wasm.and, ...wasm.get(almostHalf), ...wasm.or, ...wasm.addF32],
    ...[...wasm.truncateF32, ...wasm.get(magic), ...wasm.addF32, ...wasm.get(magic), ...wasm.subI32],
  ]
}
