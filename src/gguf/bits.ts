/** The 16-bit number that stands at `at`, little endian. Typed arrays of wider elements can't be used: blocks begin at any address. */
export const shortAt = (bytes: Uint8Array, at: number): number => (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8)

/** The bit patterns of float32 values, in the same memory. */
export const bitsOf = (values: Float32Array): Uint32Array => new Uint32Array(values.buffer, values.byteOffset, values.length)
