import { wasm } from './wasm-assembler.ts'
import type { Code } from './wasm-assembler.ts'

/**
 * Takes the bits of a float16 and leaves the float32 (as F. Giesen's half_to_float_fast5: the exponent is moved by adding, and subnormal
 * numbers, which have none, are made normal by a subtraction). `bits` and `sign` are locals to work with.
 */
export function halfToFloat(bits: number, sign: number): Code {
  const moved = (exponents: number): Code => [...wasm.get(bits), ...wasm.i32(exponents), ...wasm.i32Add]
  return [
    ...[...wasm.tee(sign), ...wasm.i32(0x7fff), ...wasm.i32And, ...wasm.i32(13), ...wasm.i32ShiftLeft, ...wasm.set(bits)],
    ...[...moved(0x38800000), ...wasm.f32OfI32Bits, ...wasm.f32(2 ** -14), ...wasm.f32Sub],
    ...[...moved(0x70000000), ...moved(0x38000000), ...wasm.get(bits), ...wasm.i32(0x0f800000), ...wasm.i32AtLeast, ...wasm.select],
    ...[...wasm.f32OfI32Bits, ...wasm.get(bits), ...wasm.i32(0x00800000), ...wasm.i32Less, ...wasm.select],
    ...[...wasm.i32OfF32Bits, ...wasm.get(sign), ...wasm.i32(0x8000), ...wasm.i32And, ...wasm.i32(16), ...wasm.i32ShiftLeft],
    ...[...wasm.i32Or, ...wasm.f32OfI32Bits],
  ]
}

/**
 * Leaves the float16 bits of the finite float32 in the local `value`, which is 0 or more; rounded to nearest even, infinity from 65520 on
 * (as F. Giesen's float_to_half_fast3_rtne). `bits` is a local to work with.
 */
export function floatToHalf(value: number, bits: number): Code {
  return [
    ...[...wasm.get(value), ...wasm.i32OfF32Bits, ...wasm.set(bits)],
    // Subnormal: adding .5 leaves the float16's 10 bits as the last ones, rounded.
    ...[...wasm.get(value), ...wasm.f32(0.5), ...wasm.f32Add, ...wasm.i32OfF32Bits, ...wasm.i32(0x3f000000), ...wasm.i32Sub],
    // Too large, or normal: the exponent is moved, and what rounds up may carry into it.
    ...wasm.i32(0x7c00),
    ...[...wasm.get(bits), ...wasm.i32(0x38000000 - 0xfff), ...wasm.i32Sub],
    ...[...wasm.get(bits), ...wasm.i32(13), ...wasm.i32ShiftRight, ...wasm.i32(1), ...wasm.i32And, ...wasm.i32Add],
    ...[...wasm.i32(13), ...wasm.i32ShiftRight],
    ...[...wasm.get(bits), ...wasm.i32(0x47800000), ...wasm.i32AtLeast, ...wasm.select],
    ...[...wasm.get(bits), ...wasm.i32(0x38800000), ...wasm.i32Less, ...wasm.select],
  ]
}
