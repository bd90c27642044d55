import { closeSync, openSync, readSync } from 'node:fs'
import { GenesisError } from '../errors.ts'
import { byteLength, ggmlTypes } from './ggml-types.ts'
import type { GgmlType } from './ggml-types.ts'
import { dequantise, quantiseInto } from './quantisation.ts'
import type { QuantisedType } from './quantisation.ts'
import { stripColumns } from './kernel/product.ts'
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
  /** A as `packBasis` gives it. */
  basis: Float32Array
  /** B for these rows, row-major (rows, rank), the whole scale multiplied in. */
  factors: Float32Array
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

/** A, row-major (rank, columns), in the order of the kernel's loop: strips of columns, padded with zeros; memory that threads can share. */
export function packBasis(basis: Float32Array, rank: number, columns: number): Float32Array {
  const strips = paddedColumns(columns) / stripColumns
  const packed = new Float32Array(new SharedArrayBuffer(strips * rank * stripColumns * 4))
  for (let strip = 0; strip < strips; strip++) {
    const from = Math.min(strip * stripColumns, columns)
    for (let k = 0; k < rank; k++) {
      const end = Math.min(from + stripColumns, columns)
      packed.set(basis.subarray(k * columns + from, k * columns + end), (strip * rank + k) * stripColumns)
    }
  }
  return packed
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
        Object.values(sizes).reduce((sum, size) => sum + padded(size), 0),
      )
      const desk = layOut(kernel, sizes)
      desk.basis.set(job.basis)
      desk.factors.set(job.factors)
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
function sizesOf({ columns, rows, rank, from, to, basis }: RowJob) {
  const row = paddedColumns(columns) * 4
  return {
    ...{ basis: basis.byteLength, row, nextRow: row, factors: rank * (rows + 1) * 4 },
    ...{ source: byteLength(from, columns * rows), target: byteLength(to, columns * rows) },
  }
}

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
    ...{ basis: floats(sizes.basis), row: floats(sizes.row), nextRow: floats(sizes.nextRow) },
    ...{ factors: floats(sizes.factors), source: bytes(sizes.source), target: bytes(sizes.target) },
  }
}

type Desk = ReturnType<typeof layOut>

function mergeRows(kernel: RowKernel, desk: Desk, job: RowJob): void {
  const { basis, row, nextRow, factors } = desk
  const [read, write] = [rowReader(kernel, desk, job), rowWriter(kernel, desk, job)]
  for (let index = 0; index < job.rows; index += 2) {
    // Where the number of rows is odd, what the kernel does with the last one's neighbour is left unread.
    const isPair = index + 1 < job.rows
    read(index, row)
    if (isPair) read(index + 1, nextRow)
    const factorsAt = factors.byteOffset + index * job.rank * 4
    if (job.rank > 0)
      kernel.addProduct(row.byteOffset, nextRow.byteOffset, basis.byteOffset, factorsAt, job.rank, row.length / stripColumns)
    write(index, row)
    if (isPair) write(index + 1, nextRow)
  }
}

function rowReader(kernel: RowKernel, { source }: Desk, { from, columns }: RowJob): (index: number, row: Float32Array) => void {
  const bytes = byteLength(from, columns)
  if (!isKernelType(from))
    return (index, row) => void dequantise(from, source.subarray(index * bytes, (index + 1) * bytes), row.subarray(0, columns))
  const blocks = columns / ggmlTypes[from].blockSize
  return (index, row) => kernel.dequantise(from, source.byteOffset + index * bytes, row.byteOffset, blocks)
}

function rowWriter(kernel: RowKernel, { target }: Desk, job: RowJob): (index: number, row: Float32Array) => void {
  const { to, columns } = job
  const bytes = byteLength(to, columns)
  const check = (isFinite: boolean): void => {
    if (!isFinite) throw notFinite(job)
  }
  if (to !== 'Q8_0')
    return (index, row) => check(quantiseInto(to, row.subarray(0, columns), target.subarray(index * bytes, (index + 1) * bytes)))
  const blocks = columns / ggmlTypes.Q8_0.blockSize
  return (index, row) => check(kernel.quantiseQ8(row.byteOffset, target.byteOffset + index * bytes, blocks) < infiniteHalf)
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
