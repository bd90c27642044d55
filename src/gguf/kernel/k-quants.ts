import {
  byteAt,
  bytesAt,
  expand,
  first,
  less,
  masked,
  minimumIs,
  readMinimumScale,
  readScale,
  second,
  shifted,
  signedByteAt,
  stepIs,
  third,
} from './dequantise.ts'
import { wasm } from './wasm-assembler.ts'
import type { Code } from './wasm-assembler.ts'

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index)

/**
 * The types of 256 elements a block (ggml-common.h: block_q2_K to block_q6_K; unpacked as ggml-quants.c and gguf-py do it). A float16 times the 4 to 8
 * bits of a group's scale times the 2 to 6 bits of an element is exact in float32, so the one rounding at the end is the only one that NumPy's float32 does as well.
 */
export const kQuants = {
  // 16 bytes of scales and minimums, 64 of elements, the two float16s.
  Q2_K: (): Code => [
    ...[...readScale(80), ...readMinimumScale(82)],
    ...upTo(16).flatMap((group) => [
      ...stepIs([...byteAt(group), ...wasm.i32(15), ...wasm.i32And]),
      ...minimumIs([...byteAt(group), ...wasm.i32(4), ...wasm.i32ShiftRight]),
      ...[...bytesAt(16 + twoBitsStart(group)), ...shifted(-twoBitsShift(group), 3), ...expand(16 * group, '-')],
    ]),
  ],
  // 32 bytes of high bits, 64 of low bits, 12 of scales, the float16. 4 is taken off where the high bit is *not* set.
  Q3_K: (): Code => [
    ...readScale(108),
    ...upTo(16).flatMap((group) => [
      ...stepIs(threeBitScale(group)),
      ...[...bytesAt(32 + twoBitsStart(group)), ...shifted(-twoBitsShift(group), 3)],
      ...[...bytesAt(16 * (group & 1)), ...shifted(2 - (group >> 1), 4), ...wasm.addI8, ...less(4), ...expand(16 * group)],
    ]),
  ],
  // The two float16s, 12 bytes of scales and minimums, 128 of elements: in 32 bytes the low halves are one group, the high halves the next.
  Q4_K: (): Code => [
    ...[...readScale(0), ...readMinimumScale(2)],
    ...upTo(4).flatMap((pair) => [
      ...[...bytesAt(16 + 32 * pair), ...wasm.set(first), ...bytesAt(32 + 32 * pair), ...wasm.set(second)],
      ...[...stepIs(sixBitScale(2 * pair)), ...minimumIs(sixBitMinimum(2 * pair))],
      ...[first, second].flatMap((part, index) => [...wasm.get(part), ...masked(15), ...expand(64 * pair + 16 * index, '-')]),
      ...[...stepIs(sixBitScale(2 * pair + 1)), ...minimumIs(sixBitMinimum(2 * pair + 1))],
      ...[first, second].flatMap((part, index) => [...wasm.get(part), ...shifted(-4, 15), ...expand(64 * pair + 32 + 16 * index, '-')]),
    ]),
  ],
  // As Q4_K, with 32 bytes of fifth bits before the elements: bit g of each belongs to group g.
  Q5_K: (): Code => [
    ...[...readScale(0), ...readMinimumScale(2)],
    ...upTo(8).flatMap((group) => [
      ...[...stepIs(sixBitScale(group)), ...minimumIs(sixBitMinimum(group))],
      ...upTo(2).flatMap((part) => [
        ...[...bytesAt(48 + 32 * (group >> 1) + 16 * part), ...shifted(group % 2 ? -4 : 0, 15)],
        ...[...bytesAt(16 + 16 * part), ...shifted(4 - group, 16), ...wasm.or, ...expand(32 * group + 16 * part, '-')],
      ]),
    ]),
  ],
  // 128 bytes of low bits, 64 of high bits, 16 signed scales, the float16; in two halves of 128 elements, whose high bits' bytes serve four groups of 32.
  Q6_K: (): Code => [...readScale(208), ...upTo(2).flatMap((half) => upTo(2).flatMap((part) => sixBits(half, part)))],
}

/** 2-bit elements of 16 a group: eight groups share 32 bytes, each pair of groups two bits of them. */
const twoBitsStart = (group: number): number => 32 * (group >> 3) + 16 * (group & 1)
const twoBitsShift = (group: number): number => 2 * ((group >> 1) & 3)

/** Q3_K: low 4 bits of scales 0 to 7 and 8 to 15 in the halves of 8 bytes, then the high 2 bits of four of them in each of 4 bytes; 32 less. */
function threeBitScale(group: number): Code {
  return [
    ...[...byteAt(96 + (group & 7)), ...wasm.i32(group < 8 ? 0 : 4), ...wasm.i32ShiftRight, ...wasm.i32(15), ...wasm.i32And],
    ...[...byteAt(104 + (group & 3)), ...wasm.i32(2 * (group >> 2)), ...wasm.i32ShiftRight, ...wasm.i32(3), ...wasm.i32And],
    ...[...wasm.i32(4), ...wasm.i32ShiftLeft, ...wasm.i32Or, ...wasm.i32(32), ...wasm.i32Sub],
  ]
}

/** Q4_K and Q5_K: eight scales and eight minimums of 6 bits in 12 bytes (get_scale_min_k4). */
const [scalesAt, lastFourAt] = [4, 12]

function sixBitScale(group: number): Code {
  if (group < 4) return [...byteAt(scalesAt + group), ...wasm.i32(63), ...wasm.i32And]
  return [...byteAt(lastFourAt + group - 4), ...wasm.i32(15), ...wasm.i32And, ...upperBits(scalesAt + group - 4)]
}

function sixBitMinimum(group: number): Code {
  if (group < 4) return [...byteAt(scalesAt + 4 + group), ...wasm.i32(63), ...wasm.i32And]
  return [...byteAt(lastFourAt + group - 4), ...wasm.i32(4), ...wasm.i32ShiftRight, ...upperBits(scalesAt + group)]
}

/** Takes 4 bits and puts the upper two bits of a byte above them. */
const upperBits = (offset: number): Code => [
  ...[...byteAt(offset), ...wasm.i32(6), ...wasm.i32ShiftRight, ...wasm.i32(4), ...wasm.i32ShiftLeft, ...wasm.i32Or],
]

function sixBits(half: number, part: number): Code {
  const group = (index: number, low: number, lowShift: number, highShift: number): Code => [
    ...stepIs(signedByteAt(192 + 8 * half + 2 * index + part)),
    ...[...wasm.get(low), ...shifted(lowShift, 15), ...wasm.get(third), ...shifted(highShift, 48), ...wasm.or],
    ...[...less(32), ...expand(128 * half + 32 * index + 16 * part)],
  ]
  return [
    ...[...bytesAt(64 * half + 16 * part), ...wasm.set(first), ...bytesAt(64 * half + 32 + 16 * part), ...wasm.set(second)],
    ...[...bytesAt(128 + 32 * half + 16 * part), ...wasm.set(third)],
    ...[...group(0, first, 0, 4), ...group(1, second, 0, 2), ...group(2, first, -4, 0), ...group(3, second, -4, -2)],
  ]
}
