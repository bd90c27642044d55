import { shortAt } from './bits.ts'
import { halfValues } from './float16.ts'

/**
 * The types of 32 elements a block (ggml-common.h: block_q4_0, q4_1, q5_0, q5_1): a float16 scale, for the _1 types a float16 minimum, for the 5-bit
 * types 32 high bits, then 16 bytes, whose low halves are elements 0 to 15 and high halves 16 to 31. source: whole blocks; target: as many
 * float32 values. Products of a float16 and 5 bits are exact in float32, so the one rounding at the end is NumPy's.
 */
export function dequantiseQ4_0(source: Uint8Array, target: Float32Array): void {
  const halves = halfValues()
  for (let at = 0, out = 0; out < target.length; at += 18, out += 32) {
    const scale = halves[shortAt(source, at)] ?? 0
    for (let index = 0; index < 16; index++) {
      const pair = source[at + 2 + index] ?? 0
      target[out + index] = scale * ((pair & 15) - 8)
      target[out + 16 + index] = scale * ((pair >> 4) - 8)
    }
  }
}

export function dequantiseQ4_1(source: Uint8Array, target: Float32Array): void {
  const halves = halfValues()
  for (let at = 0, out = 0; out < target.length; at += 20, out += 32) {
    const scale = halves[shortAt(source, at)] ?? 0
    const minimum = halves[shortAt(source, at + 2)] ?? 0
    for (let index = 0; index < 16; index++) {
      const pair = source[at + 4 + index] ?? 0
      target[out + index] = scale * (pair & 15) + minimum
      target[out + 16 + index] = scale * (pair >> 4) + minimum
    }
  }
}

export function dequantiseQ5_0(source: Uint8Array, target: Float32Array): void {
  const halves = halfValues()
  for (let at = 0, out = 0; out < target.length; at += 22, out += 32) {
    const scale = halves[shortAt(source, at)] ?? 0
    const [low, high] = [shortAt(source, at + 2), shortAt(source, at + 4)]
    for (let index = 0; index < 16; index++) {
      const pair = source[at + 6 + index] ?? 0
      target[out + index] = scale * (((pair & 15) | (((low >> index) & 1) << 4)) - 16)
      target[out + 16 + index] = scale * (((pair >> 4) | (((high >> index) & 1) << 4)) - 16)
    }
  }
}

export function dequantiseQ5_1(source: Uint8Array, target: Float32Array): void {
  const halves = halfValues()
  for (let at = 0, out = 0; out < target.length; at += 24, out += 32) {
    const scale = halves[shortAt(source, at)] ?? 0
    const minimum = halves[shortAt(source, at + 2)] ?? 0
    const [low, high] = [shortAt(source, at + 4), shortAt(source, at + 6)]
    for (let index = 0; index < 16; index++) {
      const pair = source[at + 8 + index] ?? 0
      target[out + index] = scale * ((pair & 15) | (((low >> index) & 1) << 4)) + minimum
      target[out + 16 + index] = scale * ((pair >> 4) | (((high >> index) & 1) << 4)) + minimum
    }
  }
}
