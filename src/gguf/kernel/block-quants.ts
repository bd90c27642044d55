import { bytesAt, expand, first, less, masked, minimumIsScale, readMinimumScale, readScale, shifted, stepIsScale } from './dequantise.ts'
import { wasm } from './wasm-assembler.ts'
import type { Code } from './wasm-assembler.ts'

/**
 * The types of 32 elements a block (ggml-common.h: block_q8_0, q4_0, q4_1, q5_0, q5_1): a float16 scale, for the _1 types a float16 minimum, for the 5-bit
 * types 32 high bits, then 32 signed bytes or 16 bytes, whose low halves are elements 0 to 15 and high halves 16 to 31.
 * Products of a float16 and 5 bits are exact in float32, so the one rounding at the end is NumPy's and ggml's.
 */
export const blockQuants = {
  Q8_0: (): Code => [...readScale(0), ...stepIsScale, ...bytesAt(2), ...expand(0), ...bytesAt(18), ...expand(16)],
  Q4_0: (): Code => [
    ...[...readScale(0), ...stepIsScale, ...bytesAt(2), ...wasm.tee(first), ...masked(15), ...less(8), ...expand(0)],
    ...[...wasm.get(first), ...shifted(-4, 15), ...less(8), ...expand(16)],
  ],
  Q4_1: (): Code => [
    ...[...readScale(0), ...stepIsScale, ...readMinimumScale(2), ...minimumIsScale],
    ...[...bytesAt(4), ...wasm.tee(first), ...masked(15), ...expand(0, '+')],
    ...[...wasm.get(first), ...shifted(-4, 15), ...expand(16, '+')],
  ],
  Q5_0: (): Code => [
    ...[...readScale(0), ...stepIsScale, ...bytesAt(6), ...wasm.tee(first), ...masked(15)],
    ...[...fifthBits(2, 0), ...wasm.or, ...less(16), ...expand(0)],
    ...[...wasm.get(first), ...shifted(-4, 15), ...fifthBits(2, 2), ...wasm.or, ...less(16), ...expand(16)],
  ],
  Q5_1: (): Code => [
    ...[...readScale(0), ...stepIsScale, ...readMinimumScale(2), ...minimumIsScale],
    ...[...bytesAt(8), ...wasm.tee(first), ...masked(15), ...fifthBits(4, 0), ...wasm.or, ...expand(0, '+')],
    ...[...wasm.get(first), ...shifted(-4, 15), ...fifthBits(4, 2), ...wasm.or, ...expand(16, '+')],
  ],
}

/** Leaves 16 bytes, each 16 where its bit is set: those of the two bytes from `skipped` on in the four at `offset`. */
function fifthBits(offset: number, skipped: number): Code {
  const bitOfEach = Array.from({ length: 16 }, (_, index) => 1 << (index % 8))
  return [
    ...bytesAt(offset),
    ...wasm.spread(Array.from({ length: 16 }, (_, index) => skipped + Math.floor(index / 8))),
    ...[...wasm.bytes(bitOfEach), ...wasm.and, ...wasm.bytes(bitOfEach), ...wasm.equalI8, ...masked(16)],
  ]
}
