import { shortAt, signedByte } from './bits.ts'
import { halfValues } from './float16.ts'

/**
 * The types of 256 elements a block (ggml-common.h: block_q2_K to block_q8_K; unpacked as ggml-quants.c and gguf-py do it). source: whole
 * blocks; target: as many float32 values. A float16 times its 4 to 8 bits of scale times the 2 to 6 bits of an element is exact in
 * float32, so the one rounding at the end is the only one that NumPy's float32 does as well.
 */
export function dequantiseQ2_K(source: Uint8Array, target: Float32Array): void {
  const halves = halfValues()
  for (let at = 0, out = 0; out < target.length; at += 84, out += 256) {
    const scale = halves[shortAt(source, at + 80)] ?? 0
    const minimumScale = halves[shortAt(source, at + 82)] ?? 0
    for (let group = 0; group < 16; group++) {
      const packed = source[at + group] ?? 0
      const [step, minimum] = [scale * (packed & 15), minimumScale * (packed >> 4)]
      const [from, shift] = [at + 16 + quarterStart(group), groupShift(group)]
      const to = out + 16 * group
      for (let index = 0; index < 16; index++) target[to + index] = step * (((source[from + index] ?? 0) >> shift) & 3) - minimum
    }
  }
}

export function dequantiseQ3_K(source: Uint8Array, target: Float32Array): void {
  const halves = halfValues()
  for (let at = 0, out = 0; out < target.length; at += 110, out += 256) {
    const scale = halves[shortAt(source, at + 108)] ?? 0
    for (let group = 0; group < 16; group++) {
      // Scales: low 4 bits of 0 to 7 and 8 to 15 in the halves of 8 bytes, then the high 2 bits of four of them in each of 4 bytes.
      const lowBits = ((source[at + 96 + (group & 7)] ?? 0) >> (group < 8 ? 0 : 4)) & 15
      const highBits = ((source[at + 104 + (group & 3)] ?? 0) >> (2 * (group >> 2))) & 3
      const step = scale * ((lowBits | (highBits << 4)) - 32)
      const [from, shift] = [at + 32 + quarterStart(group), groupShift(group)]
      const [mask, bit] = [at + 16 * (group & 1), group >> 1]
      const to = out + 16 * group
      for (let index = 0; index < 16; index++) {
        // 4 is taken off where the mask's bit is *not* set.
        const element = (((source[from + index] ?? 0) >> shift) & 3) + (((source[mask + index] ?? 0) >> bit) & 1) * 4 - 4
        target[to + index] = step * element
      }
    }
  }
}

export function dequantiseQ4_K(source: Uint8Array, target: Float32Array): void {
  const halves = halfValues()
  for (let at = 0, out = 0; out < target.length; at += 144, out += 256) {
    const scale = halves[shortAt(source, at)] ?? 0
    const minimumScale = halves[shortAt(source, at + 2)] ?? 0
    for (let group = 0; group < 8; group += 2) {
      const [step, minimum] = [scale * sixBitScale(source, at + 4, group), minimumScale * sixBitMinimum(source, at + 4, group)]
      const nextStep = scale * sixBitScale(source, at + 4, group + 1)
      const nextMinimum = minimumScale * sixBitMinimum(source, at + 4, group + 1)
      const [from, to] = [at + 16 + 16 * group, out + 32 * group]
      for (let index = 0; index < 32; index++) {
        const pair = source[from + index] ?? 0
        target[to + index] = step * (pair & 15) - minimum
        target[to + 32 + index] = nextStep * (pair >> 4) - nextMinimum
      }
    }
  }
}

export function dequantiseQ5_K(source: Uint8Array, target: Float32Array): void {
  const halves = halfValues()
  for (let at = 0, out = 0; out < target.length; at += 176, out += 256) {
    const scale = halves[shortAt(source, at)] ?? 0
    const minimumScale = halves[shortAt(source, at + 2)] ?? 0
    for (let group = 0; group < 8; group += 2) {
      const [step, minimum] = [scale * sixBitScale(source, at + 4, group), minimumScale * sixBitMinimum(source, at + 4, group)]
      const nextStep = scale * sixBitScale(source, at + 4, group + 1)
      const nextMinimum = minimumScale * sixBitMinimum(source, at + 4, group + 1)
      const [from, to] = [at + 48 + 16 * group, out + 32 * group]
      for (let index = 0; index < 32; index++) {
        const pair = source[from + index] ?? 0
        const fifth = (source[at + 16 + index] ?? 0) >> group
        target[to + index] = step * ((pair & 15) | ((fifth & 1) << 4)) - minimum
        target[to + 32 + index] = nextStep * ((pair >> 4) | ((fifth & 2) << 3)) - nextMinimum
      }
    }
  }
}

export function dequantiseQ6_K(source: Uint8Array, target: Float32Array): void {
  const halves = halfValues()
  for (let at = 0, out = 0; out < target.length; at += 210, out += 256) {
    const scale = halves[shortAt(source, at + 208)] ?? 0
    for (let half = 0; half < 2; half++) {
      const [low, high, scales] = [at + 64 * half, at + 128 + 32 * half, at + 192 + 8 * half]
      for (let part = 0; part < 2; part++) {
        // A part: 16 bytes of the high bits, which belong to 16 elements in each of four groups of 32.
        const first = scale * signedByte(source[scales + part] ?? 0)
        const second = scale * signedByte(source[scales + 2 + part] ?? 0)
        const third = scale * signedByte(source[scales + 4 + part] ?? 0)
        const fourth = scale * signedByte(source[scales + 6 + part] ?? 0)
        for (let index = 16 * part; index < 16 * part + 16; index++) {
          const [lowPair, nextLowPair, highBits] = [source[low + index] ?? 0, source[low + 32 + index] ?? 0, source[high + index] ?? 0]
          const to = out + 128 * half + index
          target[to] = first * (((lowPair & 15) | ((highBits & 3) << 4)) - 32)
          target[to + 32] = second * (((nextLowPair & 15) | ((highBits & 12) << 2)) - 32)
          target[to + 64] = third * (((lowPair >> 4) | (highBits & 48)) - 32)
          target[to + 96] = fourth * (((nextLowPair >> 4) | ((highBits & 192) >> 2)) - 32)
        }
      }
    }
  }
}

/** llama.cpp's type for sums midway, with a float32 scale; models hardly ever have it. */
export function dequantiseQ8_K(source: Uint8Array, target: Float32Array): void {
  const view = new DataView(source.buffer, source.byteOffset, source.byteLength)
  for (let at = 0, out = 0; out < target.length; at += 292, out += 256) {
    const scale = view.getFloat32(at, true)
    for (let index = 0; index < 256; index++) target[out + index] = scale * view.getInt8(at + 4 + index)
  }
}

/** Q2_K and Q3_K: 2-bit elements of 16 a group; eight groups share 32 bytes, each pair of groups two bits of them. */
const quarterStart = (group: number): number => 32 * (group >> 3) + 16 * (group & 1)
const groupShift = (group: number): number => 2 * ((group >> 1) & 3)

/** Q4_K and Q5_K: eight scales and eight minimums of 6 bits in 12 bytes from `at` on (get_scale_min_k4). */
function sixBitScale(source: Uint8Array, at: number, group: number): number {
  if (group < 4) return (source[at + group] ?? 0) & 63
  return ((source[at + group + 4] ?? 0) & 15) | (((source[at + group - 4] ?? 0) >> 6) << 4)
}

function sixBitMinimum(source: Uint8Array, at: number, group: number): number {
  if (group < 4) return (source[at + group + 4] ?? 0) & 63
  return ((source[at + group + 4] ?? 0) >> 4) | (((source[at + group] ?? 0) >> 6) << 4)
}
