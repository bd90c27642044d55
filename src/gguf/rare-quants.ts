import { shortAt } from './bits.ts'
import { halfValues } from './float16.ts'

/**
 * The types of BitNet models, 256 elements of -1, 0 or 1 times a float16 a block (ggml-common.h: block_tq1_0, block_tq2_0). source: whole
 * blocks; target: as many float32 values.
 */
export function dequantiseTQ2_0(source: Uint8Array, target: Float32Array): void {
  const halves = halfValues()
  for (let at = 0, out = 0; out < target.length; at += 66, out += 256) {
    const scale = halves[shortAt(source, at + 64)] ?? 0
    for (let index = 0; index < 256; index++) {
      // Two groups of 128, of 32 bytes each, whose elements are 32 apart.
      const byte = source[at + 32 * (index >> 7) + (index & 31)] ?? 0
      target[out + index] = scale * (((byte >> (2 * ((index >> 5) & 3))) & 3) - 1)
    }
  }
}

/** llama.cpp's type for sums midway: a float32 scale, 256 signed bytes, 16 sums of them. */
export function dequantiseQ8_K(source: Uint8Array, target: Float32Array): void {
  const view = new DataView(source.buffer, source.byteOffset, source.byteLength)
  for (let at = 0, out = 0; out < target.length; at += 292, out += 256) {
    const scale = view.getFloat32(at, true)
    for (let index = 0; index < 256; index++) target[out + index] = scale * view.getInt8(at + 4 + index)
  }
}

/** Five base-3 digits a byte: 32 bytes for 160 elements, 16 for 80, and 4 with four digits each for the last 16. */
export function dequantiseTQ1_0(source: Uint8Array, target: Float32Array): void {
  const halves = halfValues()
  for (let at = 0, out = 0; out < target.length; at += 54, out += 256) {
    const scale = halves[shortAt(source, at + 52)] ?? 0
    for (const { bytes, from, elements, to } of digitRuns) {
      for (let index = 0; index < elements; index++) {
        const byte = source[at + from + (index % bytes)] ?? 0
        // The byte is the digits as a fraction of 256: shifted by a power of 3, its first digit is what tripling carries over.
        const shifted = (byte * (powersOf3[Math.floor(index / bytes)] ?? 0)) & 255
        target[out + to + index] = scale * (((shifted * 3) >> 8) - 1)
      }
    }
  }
}

const powersOf3 = [1, 3, 9, 27, 81]
const digitRuns = [
  { bytes: 32, from: 0, elements: 160, to: 0 },
  { bytes: 16, from: 32, elements: 80, to: 160 },
  { bytes: 4, from: 48, elements: 16, to: 240 },
]
