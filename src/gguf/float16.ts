/** IEEE 754 binary16, and bfloat16, to and from float32; rounding to nearest even, as NumPy and ggml do it. All values are bit patterns. */

let table: Float32Array | undefined

/** All 65,536 float16 values as float32, by their bits. */
export function halfValues(): Float32Array {
  if (table) return table
  table = new Float32Array(65536)
  for (let bits = 0; bits < 65536; bits++) table[bits] = halfValue(bits)
  return table
}

function halfValue(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 31) return fraction ? NaN : sign * Infinity
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

/** The float16 bits for the bits of a float32. NaN keeps its upper payload bits, as in NumPy. */
export function halfBits(bits: number): number {
  const sign = (bits >>> 16) & 0x8000
  const magnitude = bits & 0x7fffffff
  if (magnitude > 0x7f800000) return sign | 0x7c00 | (magnitude >>> 13 === 0x3fc00 ? 1 : (magnitude >>> 13) & 0x3ff)
  // From 65520 on the nearest float16 is infinity; the rounding below carries into the exponent by itself up to there.
  if (magnitude >= 0x47800000) return sign | 0x7c00
  if (magnitude >= 0x38800000) return sign | ((magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13)
  if (magnitude < 0x33000000) return sign
  const significand = (magnitude & 0x7fffff) | 0x800000
  const shift = 126 - (magnitude >>> 23)
  const quotient = significand >>> shift
  const remainder = significand & ((1 << shift) - 1)
  const half = 1 << (shift - 1)
  return sign | (quotient + (remainder > half || (remainder === half && (quotient & 1) === 1) ? 1 : 0))
}

/** The bfloat16 bits for the bits of a float32. NaN becomes quiet (ggml_compute_fp32_to_bf16). */
export function bfloatBits(bits: number): number {
  if ((bits & 0x7fffffff) > 0x7f800000) return (bits >>> 16) | 64
  return (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16
}
