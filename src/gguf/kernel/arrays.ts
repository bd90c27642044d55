import { byteLength, ggmlTypes } from '../ggml-types.ts'
import { createRowKernel } from './row-kernel.ts'
import type { KernelType } from './row-kernel.ts'

const { blockSize: q8Elements, blockBytes: q8Bytes } = ggmlTypes.Q8_0
/** How much is worked on at once, in elements: a multiple of every block. */
const elementsAtOnce = 32768

/** source: whole blocks of `type`; target: as many float32 values. */
export function dequantiseBlocks(type: KernelType, source: Uint8Array, target: Float32Array): void {
  const { kernel, row, bytes } = workspace()
  for (let done = 0; done < target.length; done += elementsAtOnce) {
    const elements = Math.min(elementsAtOnce, target.length - done)
    const from = byteLength(type, done)
    bytes.set(source.subarray(from, from + byteLength(type, elements)))
    kernel.dequantise(type, bytes.byteOffset, row.byteOffset, elements / ggmlTypes[type].blockSize)
    target.set(row.subarray(0, elements), done)
  }
}

/** values: a multiple of 32; target: as many Q8_0 blocks. False when a block has no finite scale. */
export function quantiseQ8(values: Float32Array, target: Uint8Array): boolean {
  const { kernel, row, bytes } = workspace()
  let largest = 0
  for (let done = 0; done < values.length; done += elementsAtOnce) {
    const blocks = Math.min(elementsAtOnce, values.length - done) / q8Elements
    row.set(values.subarray(done, done + blocks * q8Elements))
    largest = Math.max(largest, kernel.quantiseQ8(row.byteOffset, bytes.byteOffset, blocks))
    target.set(bytes.subarray(0, blocks * q8Bytes), byteLength('Q8_0', done))
  }
  return largest < 0x7c00
}

type Workspace = ReturnType<typeof createWorkspace>
let shared: Workspace | undefined
const workspace = (): Workspace => (shared ??= createWorkspace())

function createWorkspace() {
  const rowBytes = elementsAtOnce * 4
  // No block takes more than 2 bytes an element.
  const kernel = createRowKernel(rowBytes + elementsAtOnce * 2)
  const { buffer } = kernel.memory
  return { kernel, row: new Float32Array(buffer, 0, elementsAtOnce), bytes: new Uint8Array(buffer, rowBytes, elementsAtOnce * 2) }
}
