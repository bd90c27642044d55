import { assemble, valueType, wasm } from './wasm-assembler.ts'
import type { Code, WasmFunction } from './wasm-assembler.ts'

/** Elements of a Q8_0 block; rows are padded to a multiple of it. */
export const laneBlock = 32
/** Columns of the basis that are worked on at once: with two rows, as many sums as processors have registers for. */
export const stripColumns = 16

/**
 * The three inner loops of a merge, as 128-bit SIMD, each over whole rows. Every operation is a single IEEE 754 float32 operation in a fixed order,
 * so results don't depend on the processor, nor on how rows are spread over threads. All arguments are byte addresses in `memory`, or counts.
 */
export interface RowKernel {
  memory: WebAssembly.Memory
  /**
   * Two rows at once, which halves the reading of the basis: row[strip * 16 + lane] += sum over k, from 0 on, of factors[k] * packed[(strip * rank + k) * 16 + lane];
   * the next row's factors follow the row's. Both counts are 1 or more.
   */
  addProduct(row: number, nextRow: number, packed: number, factors: number, rank: number, strips: number): void
  /** row = scales[block] * (signed bytes of the Q8_0 block); the two bytes of each block's own scale are skipped. */
  dequantiseQ8(source: number, scales: number, row: number, blocks: number): void
  /** Writes Q8_0 blocks but for their two scale bytes; the scales go to `scales` as float32. */
  quantiseQ8(row: number, scales: number, target: number, blocks: number): void
}

const vectors = Array.from({ length: laneBlock / 4 }, (_, index) => index)
const advance = (local: number, bytes: number): Code => [...wasm.get(local), ...wasm.i32(bytes), ...wasm.i32Add, ...wasm.set(local)]
/** Counts a local down by one and leaves it, so that `repeat` ends at 0. */
const countDown = (local: number): Code => [...wasm.get(local), ...wasm.i32(1), ...wasm.i32Sub, ...wasm.tee(local)]
const q8BlockBytes = 2 + laneBlock

const [row, nextRow, packed, factors, rank, strips] = [0, 1, 2, 3, 4, 5]
const [factor, nextFactor, remaining, basisVector, factorVector, nextFactorVector] = [6, 7, 8, 9, 10, 11]
const stripVectors = Array.from({ length: stripColumns / 4 }, (_, index) => index)
const inStrip = (code: (vector: number) => Code[]): Code => stripVectors.flatMap((vector) => code(vector).flat())
const sum = (vector: number): number => 12 + vector
const nextSum = (vector: number): number => sum(stripVectors.length) + vector
const addProduct: WasmFunction = {
  name: 'addProduct',
  parameters: 6,
  locals: [...[valueType.i32, valueType.i32, valueType.i32], ...Array.from({ length: 3 + 2 * stripVectors.length }, () => valueType.v128)],
  body: wasm.repeat([
    ...inStrip((vector) => [wasm.i32(0), wasm.splatI32, wasm.tee(sum(vector)), wasm.set(nextSum(vector))]),
    ...[
      ...wasm.get(factors),
      ...wasm.tee(factor),
      ...wasm.get(rank),
      ...wasm.tee(remaining),
      ...wasm.i32(4),
      ...wasm.i32Multiply,
      ...wasm.i32Add,
    ],
    ...wasm.set(nextFactor),
    ...wasm.repeat([
      ...[...wasm.get(factor), ...wasm.loadSplat32(0), ...wasm.set(factorVector)],
      ...[...wasm.get(nextFactor), ...wasm.loadSplat32(0), ...wasm.set(nextFactorVector)],
      ...inStrip((vector) => [
        ...[wasm.get(sum(vector)), wasm.get(packed), wasm.load(16 * vector), wasm.tee(basisVector), wasm.get(factorVector)],
        ...[wasm.multiplyF32, wasm.addF32, wasm.set(sum(vector))],
        ...[wasm.get(nextSum(vector)), wasm.get(basisVector), wasm.get(nextFactorVector)],
        ...[wasm.multiplyF32, wasm.addF32, wasm.set(nextSum(vector))],
      ]),
      ...[...advance(packed, 4 * stripColumns), ...advance(factor, 4), ...advance(nextFactor, 4), ...countDown(remaining)],
    ]),
    ...inStrip((vector) => addTo(row, vector, sum(vector))),
    ...inStrip((vector) => addTo(nextRow, vector, nextSum(vector))),
    ...[...advance(row, 4 * stripColumns), ...advance(nextRow, 4 * stripColumns), ...countDown(strips)],
  ]),
}

function addTo(address: number, vector: number, sumLocal: number): Code[] {
  return [wasm.get(address), wasm.get(address), wasm.load(16 * vector), wasm.get(sumLocal), wasm.addF32, wasm.store(16 * vector)]
}

const dequantiseQ8: WasmFunction = {
  name: 'dequantiseQ8',
  parameters: 4,
  locals: [valueType.v128, valueType.v128],
  body: wasm.repeat([
    ...[...wasm.get(1), ...wasm.loadSplat32(0), ...wasm.set(4)],
    ...[0, 1].flatMap((half) => [
      ...[...wasm.get(0), ...wasm.loadBytes(2 + 16 * half), ...wasm.set(5)],
      ...[wasm.widenLowI8, wasm.widenHighI8].flatMap((widenByte, quarter) =>
        [wasm.widenLowI16, wasm.widenHighI16].flatMap((widenShort, eighth) => [
          ...[...wasm.get(2), ...wasm.get(5), ...widenByte, ...widenShort, ...wasm.toF32, ...wasm.get(4), ...wasm.multiplyF32],
          ...wasm.store(16 * (4 * half + 2 * quarter + eighth)),
        ]),
      ),
    ]),
    ...[...advance(0, q8BlockBytes), ...advance(1, 4), ...advance(2, 4 * laneBlock), ...countDown(3)],
  ]),
}

const [inverse, value, signBit, half, scale, scaleInverse] = [4, 5, 6, 7, 8, 9]
/** The float32 just below .5: adding it, with the value's sign, and cutting off is C's roundf, half away from zero (.5 itself would round .49999997 up). */
const almostHalf = 0.5 - 2 ** -25
const rounded = (vector: number): Code => [
  ...[...wasm.get(0), ...wasm.load(16 * vector), ...wasm.get(inverse), ...wasm.multiplyF32, ...wasm.tee(value)],
  ...[...wasm.get(value), ...wasm.get(signBit), ...wasm.and, ...wasm.get(half), ...wasm.or, ...wasm.addF32, ...wasm.toI32Saturating],
]

const quantiseQ8: WasmFunction = {
  name: 'quantiseQ8',
  parameters: 4,
  locals: [valueType.v128, valueType.v128, valueType.v128, valueType.v128, valueType.f32, valueType.f32],
  body: [
    ...[...wasm.i32(-0x80000000), ...wasm.splatI32, ...wasm.set(signBit)],
    ...[...wasm.f32(almostHalf), ...wasm.splatF32, ...wasm.set(half)],
    ...wasm.repeat(quantiseBlock()),
  ],
}

function quantiseBlock(): Code {
  return [
    // Magnitudes compare like whole numbers, and infinities and NaN then come out largest, so none gets lost.
    ...[...wasm.get(0), ...wasm.load(0), ...wasm.absoluteF32],
    ...vectors.slice(1).flatMap((vector) => [...wasm.get(0), ...wasm.load(16 * vector), ...wasm.absoluteF32, ...wasm.maximumI32]),
    ...[8, 4].flatMap((bytes) => [
      ...wasm.tee(value),
      ...wasm.get(value),
      ...wasm.get(value),
      ...wasm.rotateBytes(bytes),
      ...wasm.maximumI32,
    ]),
    ...[...wasm.laneF32(0), ...wasm.f32(127), ...wasm.f32Divide, ...wasm.set(scale)],
    ...[...wasm.get(1), ...wasm.get(scale), ...wasm.f32StoreAt(0)],
    // Where 1 / scale overflows the block is all zeros, as in gguf-py (and its float16 scale is 0 anyway).
    ...[...wasm.f32(0), ...wasm.f32(1), ...wasm.get(scale), ...wasm.f32Divide, ...wasm.tee(scaleInverse)],
    ...[...wasm.get(scaleInverse), ...wasm.f32(Infinity), ...wasm.f32Equal, ...wasm.select],
    ...[...wasm.splatF32, ...wasm.set(inverse)],
    ...[0, 1].flatMap((part) => [
      ...wasm.get(2),
      ...[...rounded(4 * part), ...rounded(4 * part + 1), ...wasm.narrowI32],
      ...[...rounded(4 * part + 2), ...rounded(4 * part + 3), ...wasm.narrowI32],
      ...[...wasm.narrowI16, ...wasm.storeBytes(2 + 16 * part)],
    ]),
    ...[...advance(0, 4 * laneBlock), ...advance(1, 4), ...advance(2, q8BlockBytes), ...countDown(3)],
  ]
}

let compiled: WebAssembly.Module | undefined

/** A kernel with a memory of its own, of at least `bytes` bytes. */
export function createRowKernel(bytes: number): RowKernel {
  compiled ??= new WebAssembly.Module(assemble([addProduct, dequantiseQ8, quantiseQ8]))
  const memory = new WebAssembly.Memory({ initial: Math.max(1, Math.ceil(bytes / 65536)) })
  const { exports } = new WebAssembly.Instance(compiled, { host: { memory } })
  return { memory, ...(exports as unknown as Omit<RowKernel, 'memory'>) }
}
