import { closeSync, openSync, readSync } from 'node:fs'
import { GenesisError } from '../errors.ts'
import { byteLength, ggmlTypes } from './ggml-types.ts'
import type { GgmlType } from './ggml-types.ts'
import { dequantise, quantiseInto } from './quantisation.ts'
import type { QuantisedType } from './quantisation.ts'
import { stripColumns } from './kernel/product.ts'
import { quantiserReadsAhead } from './kernel/quantise-q8.ts'
import { createRowKernel, isKernelType } from './kernel/row-kernel.ts'
import type { RowKernel } from './kernel/row-kernel.ts'

/** Some whole rows of one tensor, to be written as another type or with a product added to them. Plain data: it is sent to another thread. */
export interface RowJob {
  tensor: string
  /** Where the rows begin in the base file, in bytes. */
  position: number
  columns: number
  rows: number
  /** 0 when nothing is added; `basis` and `factors` are empty then. */
  rank: number
  from: GgmlType
  to: QuantisedType
  /** A, row-major (rank, columns); best in memory that threads can share, as `factors`. */
  basis: Float32Array
  /** B for these rows, row-major (rows, rank). */
  factors: Float32Array
  /** What the product is multiplied with, the adapter's own scale included. */
  scale: number
}

/** New rows in memory that is used again after `release`. */
export interface MergedRows {
  bytes: Uint8Array
  release: () => void
}

export interface RowMerger {
  /** The new rows as `to`. Throws GI-ADAPTER-INVALID (GI-GGUF-INVALID when nothing is added) when a value is no finite number in that type. */
  merge(job: RowJob): MergedRows
  close(): void
}

/** Merges rows of the model in `baseFile`, which it keeps open. It has as many kernels, each with its memory, as there were rows at once that nobody had released. */
export function createRowMerger(baseFile: string): RowMerger {
  const descriptor = openSync(baseFile, 'r')
  const idle: RowKernel[] = []
  return {
    merge: (job) => {
      const sizes = sizesOf(job)
      const kernel = fittingKernel(
        idle.pop(),
        Object.values(sizes).reduce((sum, size) => sum + padded(size), quantiserReadsAhead),
      )
      const desk = layOut(kernel, sizes)
      packBasis(job, desk.basis)
      scaleFactors(job, desk.factors)
      readWhole(descriptor, desk.source, job)
      mergeRows(kernel, desk, job)
      return { bytes: desk.target, release: () => void idle.push(kernel) }
    },
    close: () => closeSync(descriptor),
  }
}

function fittingKernel(kernel: RowKernel | undefined, bytes: number): RowKernel {
  return kernel && kernel.memory.buffer.byteLength >= bytes ? kernel : createRowKernel(bytes)
}

/** Bytes of each thing that the kernel works on. There is room for the factors of a row more, as rows are done in pairs. */
function sizesOf({ columns, rows, rank, from, to }: RowJob) {
  const width = paddedColumns(columns)
  return {
    ...{ basis: rank * width * 4, values: rowsAtOnce(columns) * width * 4, factors: rank * (rows + 1) * 4 },
    ...{ source: byteLength(from, columns * rows), target: byteLength(to, columns * rows) },
  }
}

/** How many float32 values are worked on at once: as many as stay in the processor's second cache. */
const valuesAtOnce = 16384

/** An even number. */
const rowsAtOnce = (columns: number): number => 2 * Math.max(1, Math.floor(valuesAtOnce / 2 / paddedColumns(columns)))

/** A float16 whose bits are this much or more is no finite number. */
const infiniteHalf = 0x7c00

const paddedColumns = (columns: number): number => Math.ceil(columns / stripColumns) * stripColumns
/** Addresses in the kernel's memory are kept at multiples of 16, for aligned loads. */
const padded = (size: number): number => Math.ceil(size / 16) * 16

function layOut({ memory: { buffer } }: RowKernel, sizes: ReturnType<typeof sizesOf>) {
  let at = 0
  const place = (size: number): number => (at += padded(size)) - padded(size)
  const floats = (size: number) => new Float32Array(buffer, place(size), size / 4)
  const bytes = (size: number) => new Uint8Array(buffer, place(size), size)
  return {
    ...{ basis: floats(sizes.basis), values: floats(sizes.values) },
    ...{ factors: floats(sizes.factors), source: bytes(sizes.source), target: bytes(sizes.target) },
  }
}

type Desk = ReturnType<typeof layOut>

/** A in the order of the kernel's loop: strip by strip of columns. The padding of the last one holds anything: it goes to that of the rows. */
function packBasis({ basis, rank, columns }: RowJob, packed: Float32Array): void {
  for (let k = 0; k < rank; k++) {
    for (let column = 0; column < columns; column++) {
      const lane = column % stripColumns
      packed[(column - lane) * rank + k * stripColumns + lane] = basis[k * columns + column] ?? NaN
    }
  }
}

function scaleFactors({ factors, scale }: RowJob, scaled: Float32Array): void {
  for (let index = 0; index < factors.length; index++) scaled[index] = (factors[index] ?? NaN) * scale
}

function mergeRows(kernel: RowKernel, { basis, values, factors, source, target }: Desk, job: RowJob): void {
  const { columns, rank } = job
  const width = paddedColumns(columns)
  const [read, write] = [rowReader(kernel, values, job), rowWriter(kernel, values, job)]
  const [fromBytes, toBytes] = [byteLength(job.from, columns), byteLength(job.to, columns)]
  for (let first = 0, end; first < job.rows; first = end) {
    end = Math.min(first + rowsAtOnce(columns), job.rows)
    const rows = end - first
    read(source.subarray(first * fromBytes, end * fromBytes), rows)
    // Where the number of rows is odd, what the kernel does with the last one's neighbour is left unread.
    const factorsAt = factors.byteOffset + first * rank * 4
    if (rank > 0)
      kernel.addProduct(values.byteOffset, width * 4, Math.ceil(rows / 2), basis.byteOffset, factorsAt, rank, width / stripColumns)
    write(target.subarray(first * toBytes, end * toBytes), rows)
  }
}

/** Reads some rows into `values`. Those of the kernel's types have no padding: their blocks are multiples of a strip. */
function rowReader(kernel: RowKernel, values: Float32Array, { from, columns }: RowJob): (source: Uint8Array, rows: number) => void {
  if (isKernelType(from)) {
    const blocks = columns / ggmlTypes[from].blockSize
    return (source, rows) => kernel.dequantise(from, source.byteOffset, values.byteOffset, rows * blocks)
  }
  return (source, rows) => eachRow(source, values, columns, rows, (bytes, row) => void dequantise(from, bytes, row))
}

/** Writes some rows of `values`. */
function rowWriter(kernel: RowKernel, values: Float32Array, job: RowJob): (target: Uint8Array, rows: number) => void {
  const { to, columns } = job
  const check = (isFinite: boolean): void => {
    if (!isFinite) throw notFinite(job)
  }
  if (to === 'Q8_0') {
    const blocks = columns / ggmlTypes.Q8_0.blockSize
    return (target, rows) => check(kernel.quantiseQ8(values.byteOffset, target.byteOffset, rows * blocks) < infiniteHalf)
  }
  return (target, rows) => eachRow(target, values, columns, rows, (bytes, row) => check(quantiseInto(to, row, bytes)))
}

/** The bytes and the values of each of some rows. */
function eachRow(
  bytes: Uint8Array,
  values: Float32Array,
  columns: number,
  rows: number,
  visit: (bytes: Uint8Array, row: Float32Array) => void,
): void {
  const rowBytes = bytes.length / rows
  for (let index = 0; index < rows; index++) {
    const valuesAt = index * paddedColumns(columns)
    visit(bytes.subarray(index * rowBytes, (index + 1) * rowBytes), values.subarray(valuesAt, valuesAt + columns))
  }
}

function notFinite({ tensor, rank, from, to }: RowJob): GenesisError {
  if (rank === 0) {
    const why = `tensor ${tensor} (${from}) holds values that ${to} can't hold, infinities or no numbers: the file is damaged`
    return new GenesisError('GI-GGUF-INVALID', { why })
  }
  return new GenesisError('GI-ADAPTER-INVALID', {
    why: `merging ${tensor} gives values that ${to} can't hold: the adapter is far too strong, or the base damaged`,
  })
}

function readWhole(descriptor: number, target: Uint8Array, { tensor, position }: RowJob): void {
  for (let done = 0; done < target.length;) {
    const count = readSync(descriptor, target, done, target.length - done, position + done)
    if (count === 0) throw new GenesisError('GI-GGUF-INVALID', { why: `the base became shorter while ${tensor} was read` })
    done += count
  }
}
