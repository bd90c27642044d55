import { closeSync, openSync, readSync } from 'node:fs'
import { GenesisError } from '../errors.ts'
import { byteLength } from './ggml-types.ts'
import type { GgmlType } from './ggml-types.ts'
import { readScales, writeScales } from './q8-0.ts'
import { dequantise, quantiseInto } from './quantisation.ts'
import type { QuantisedType } from './quantisation.ts'
import { createRowKernel, laneBlock } from './row-kernel.ts'

/** Some whole rows of one touched tensor. Plain data: it is sent to another thread. */
export interface RowJob {
  tensor: string
  /** Where the rows begin in the base file, in bytes. */
  position: number
  columns: number
  rows: number
  rank: number
  from: GgmlType
  to: QuantisedType
  /** A as `packBasis` gives it. */
  basis: Float32Array
  /** B for these rows, row-major (rows, rank), the whole scale multiplied in. */
  factors: Float32Array
}

export interface RowMerger {
  /** The merged rows as `to`. Throws GI-ADAPTER-INVALID when a merged value is no finite number. */
  merge(job: RowJob): Uint8Array<ArrayBuffer>
  close(): void
}

/** A, row-major (rank, columns), in the order of the kernel's loop: blocks of 32 columns, padded with zeros; memory that threads can share. */
export function packBasis(basis: Float32Array, rank: number, columns: number): Float32Array {
  const blocks = Math.ceil(columns / laneBlock)
  const packed = new Float32Array(new SharedArrayBuffer(blocks * rank * laneBlock * 4))
  for (let block = 0; block < blocks; block++) {
    const from = block * laneBlock
    for (let k = 0; k < rank; k++) {
      const end = Math.min(from + laneBlock, columns)
      packed.set(basis.subarray(k * columns + from, k * columns + end), (block * rank + k) * laneBlock)
    }
  }
  return packed
}

/** Merges rows of the model in `baseFile`, which it keeps open. */
export function createRowMerger(baseFile: string): RowMerger {
  const descriptor = openSync(baseFile, 'r')
  let desk: Desk | undefined
  return {
    merge: (job) => {
      const sizes = sizesOf(job)
      if (!desk || desk.capacity < sizes.total) desk = createDesk(sizes.total)
      const { places, target } = layOut(desk, job, sizes)
      readWhole(descriptor, places.source, job)
      return mergeRows(desk, job, places, target)
    },
    close: () => closeSync(descriptor),
  }
}

interface Desk {
  capacity: number
  kernel: ReturnType<typeof createRowKernel>
}

function createDesk(capacity: number): Desk {
  return { capacity, kernel: createRowKernel(capacity) }
}

type Sizes = ReturnType<typeof sizesOf>
function sizesOf({ columns, rows, rank, from, to, basis }: RowJob) {
  const blocks = Math.ceil(columns / laneBlock)
  const sizes = {
    ...{ basis: basis.byteLength, row: blocks * laneBlock * 4, scales: blocks * 4, factors: rank * rows * 4 },
    ...{ source: byteLength(from, columns * rows), target: byteLength(to, columns * rows) },
  }
  return { ...sizes, blocks, total: Object.values(sizes).reduce((sum, size) => sum + padded(size), 0) }
}

/** Addresses in the kernel's memory are kept at multiples of 16, for aligned loads. */
const padded = (size: number): number => Math.ceil(size / 16) * 16

function layOut(desk: Desk, job: RowJob, sizes: Sizes) {
  const { buffer } = desk.kernel.memory
  let at = 0
  const place = <T>(size: number, view: (start: number) => T): T => {
    const start = at
    at += padded(size)
    return view(start)
  }
  const floats = (size: number) => place(size, (start) => new Float32Array(buffer, start, size / 4))
  const bytes = (size: number) => place(size, (start) => new Uint8Array(buffer, start, size))
  const [basis, row, scales, factors] = [floats(sizes.basis), floats(sizes.row), floats(sizes.scales), floats(sizes.factors)]
  basis.set(job.basis)
  factors.set(job.factors)
  return { places: { basis, row, scales, factors, source: bytes(sizes.source) }, target: bytes(sizes.target) }
}

type Places = ReturnType<typeof layOut>['places']

function mergeRows(
  { kernel }: Desk,
  job: RowJob,
  { basis, row, scales, factors, source }: Places,
  target: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const { columns, rank, from, to } = job
  const blocks = row.length / laneBlock
  const [sourceBytes, targetBytes] = [byteLength(from, columns), byteLength(to, columns)]
  const scaleBits = new Uint32Array(scales.buffer, scales.byteOffset, blocks)
  const values = row.subarray(0, columns)
  for (let index = 0; index < job.rows; index++) {
    const [read, write] = [index * sourceBytes, index * targetBytes]
    if (from === 'Q8_0') {
      readScales(wordsOf(source, read, sourceBytes), scales)
      kernel.dequantiseQ8(source.byteOffset + read, scales.byteOffset, row.byteOffset, blocks)
    } else dequantise(from, source.subarray(read, read + sourceBytes), values)
    kernel.addProduct(row.byteOffset, basis.byteOffset, factors.byteOffset + index * rank * 4, rank, blocks)
    let isFinite: boolean
    if (to === 'Q8_0') {
      kernel.quantiseQ8(row.byteOffset, scales.byteOffset, target.byteOffset + write, blocks)
      isFinite = writeScales(scaleBits, wordsOf(target, write, targetBytes))
    } else isFinite = quantiseInto(to, values, target.subarray(write, write + targetBytes))
    if (!isFinite) throw notFinite(job)
  }
  return new Uint8Array(target)
}

/** Q8_0 blocks have an even number of bytes, and the desk's places begin at even addresses. */
const wordsOf = (bytes: Uint8Array, start: number, length: number): Uint16Array =>
  new Uint16Array(bytes.buffer, bytes.byteOffset + start, length / 2)

function notFinite({ tensor, to }: RowJob): GenesisError {
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
