/**
 * Just enough of a WebAssembly assembler for the row kernel: instructions are arrays of bytes, functions are put together from them.
 * Source: WebAssembly Core Specification 2.0, section 5 (binary format) and its index of instructions.
 */
export type Code = readonly number[]

export const valueType = { i32: 0x7f, f32: 0x7d, v128: 0x7b } as const

export interface WasmFunction {
  name: string
  /** How many 32-bit integer parameters it takes; they are the first locals. */
  parameters: number
  /** Whether its body leaves a 32-bit integer, which it returns; else it returns nothing. */
  returns?: boolean
  /** Types of the further locals, in order. */
  locals: readonly number[]
  body: Code
}

const simd = (opcode: number, ...rest: number[]): Code => [0xfd, ...unsigned(opcode), ...rest]
const memory = (alignment: number, offset: number): number[] => [alignment, ...unsigned(offset)]

function wasmBytes(values: readonly number[]): Code {
  return simd(0x0c, ...values)
}

export const wasm = {
  get: (local: number): Code => [0x20, ...unsigned(local)],
  set: (local: number): Code => [0x21, ...unsigned(local)],
  tee: (local: number): Code => [0x22, ...unsigned(local)],
  i32: (value: number): Code => [0x41, ...signed(value)],
  f32: (value: number): Code => [0x43, ...new Uint8Array(Float32Array.of(value).buffer)],
  i32Load8: (offset: number): Code => [0x2d, ...memory(0, offset)],
  i32Load8Signed: (offset: number): Code => [0x2c, ...memory(0, offset)],
  i32Load16: (offset: number): Code => [0x2f, ...memory(0, offset)],
  i32Store16: (offset: number): Code => [0x3b, ...memory(0, offset)],
  i32Add: [0x6a],
  i32Sub: [0x6b],
  i32Multiply: [0x6c],
  i32And: [0x71],
  i32Or: [0x72],
  i32ShiftLeft: [0x74],
  /** Unsigned, as the comparisons are. */
  i32ShiftRight: [0x76],
  i32Less: [0x49],
  i32AtLeast: [0x4f],
  i32ToF32: [0xb2],
  i32OfF32Bits: [0xbc],
  f32OfI32Bits: [0xbe],
  f32LoadAt: (offset: number): Code => [0x2a, ...memory(2, offset)],
  f32StoreAt: (offset: number): Code => [0x38, ...memory(2, offset)],
  f32Equal: [0x5b],
  f32Add: [0x92],
  f32Sub: [0x93],
  f32Multiply: [0x94],
  f32Divide: [0x95],
  /** Takes a, b and a condition and leaves a if it holds, else b. */
  select: [0x1b],
  /** Takes a condition; neither branch may leave anything. */
  either: (then: Code, otherwise: Code): Code => [0x04, 0x40, ...then, 0x05, ...otherwise, 0x0b],
  /** Runs `body` again as long as it leaves a number other than 0. */
  repeat: (body: Code): Code => [0x03, 0x40, ...body, 0x0d, 0x00, 0x0b],
  load: (offset: number): Code => simd(0x00, ...memory(4, offset)),
  loadSplat32: (offset: number): Code => simd(0x09, ...memory(2, offset)),
  store: (offset: number): Code => simd(0x0b, ...memory(4, offset)),
  /** 16 bytes of unaligned memory: the alignment is only a hint. */
  loadBytes: (offset: number): Code => simd(0x00, ...memory(0, offset)),
  storeBytes: (offset: number): Code => simd(0x0b, ...memory(0, offset)),
  /** Takes two equal vectors and leaves them turned by `bytes`. */
  rotateBytes: (bytes: number): Code => simd(0x0d, ...Array.from({ length: 16 }, (_, index) => (index + bytes) % 16)),
  /** Leaves the vector's bytes of these numbers. */
  spread: (numbers: readonly number[]): Code => [...wasmBytes(numbers), ...simd(0x0e)],
  bytes: wasmBytes,
  splatI32: simd(0x11),
  splatF32: simd(0x13),
  laneF32: (lane: number): Code => simd(0x1f, lane),
  and: simd(0x4e),
  or: simd(0x50),
  addI8: simd(0x6e),
  subI8: simd(0x71),
  equalI8: simd(0x23),
  shiftLeftI16: simd(0x8b),
  shiftRightI16: simd(0x8d),
  absoluteF32: simd(0xe0),
  addF32: simd(0xe4),
  subF32: simd(0xe5),
  multiplyF32: simd(0xe6),
  truncateF32: simd(0x69),
  subI32: simd(0xb1),
  maximumI32: simd(0xb8),
  toF32: simd(0xfa),
  widenLowI8: simd(0x87),
  widenHighI8: simd(0x88),
  widenLowI16: simd(0xa7),
  widenHighI16: simd(0xa8),
  narrowI32: simd(0x85),
  narrowI16: simd(0x65),
} as const

/** A module that exports `functions` and works in an imported memory, `host.memory`, which is shared. */
export function assemble(functions: readonly WasmFunction[]): Uint8Array<ArrayBuffer> {
  const integers = (count: number): Code => vector(Array.from({ length: count }, () => [valueType.i32]))
  const types = functions.map(({ parameters, returns }) => [0x60, ...integers(parameters), ...integers(returns ? 1 : 0)])
  const bodies = functions.map(({ locals, body }) => {
    const code = [...vector(locals.map((type) => [1, type])), ...body, 0x0b]
    return [...unsigned(code.length), ...code]
  })
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, vector(types)),
    ...section(2, vector([[...text('host'), ...text('memory'), 0x02, 0x03, 0x01, ...unsigned(65536)]])),
    ...section(3, vector(functions.map((_, index) => unsigned(index)))),
    ...section(7, vector(functions.map(({ name }, index) => [...text(name), 0x00, ...unsigned(index)]))),
    ...section(10, vector(bodies)),
  ])
}

const section = (id: number, content: Code): Code => [id, ...unsigned(content.length), ...content]
const vector = (items: readonly Code[]): Code => [...unsigned(items.length), ...items.flat()]
const text = (value: string): Code => vector([...Buffer.from(value)].map((byte) => [byte]))

function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)]
}

function signed(value: number): number[] {
  const low = value & 0x7f
  const rest = value >> 7
  const isLast = (rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0)
  return isLast ? [low] : [low | 0x80, ...signed(rest)]
}
