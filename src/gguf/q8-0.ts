import { halfBits, halfValues } from './float16.ts'
import { createRowKernel, laneBlock } from './row-kernel.ts'

/** Q8_0 (ggml-common.h, block_q8_0): a float16 scale, then 32 signed bytes; a value is scale x byte. */
const blockBytes = 2 + laneBlock
const blockWords = blockBytes / 2
const blocksAtOnce = 1024

/** `coded` are Q8_0 blocks as 16-bit words; the scales of those from word `at` on go to `scales`, as float32. */
export function readScales(coded: Uint16Array, at: number, scales: Float32Array): void {
  const halves = halfValues()
  for (let block = 0; block < scales.length; block++) scales[block] = halves[coded[at + block * blockWords] ?? 0] ?? 0
}

/** Puts float32 scales into the blocks from word `at` on, as float16. False when one of them is infinite or not a number there. */
export function writeScales(scaleBits: Uint32Array, coded: Uint16Array, at: number): boolean {
  let largest = 0
  for (let block = 0; block < scaleBits.length; block++) {
    const half = halfBits(scaleBits[block] ?? 0)
    coded[at + block * blockWords] = half
    largest = Math.max(largest, half & 0x7fff)
  }
  return largest < 0x7c00
}

/** source: whole Q8_0 blocks; target: as many float32 values. */
export function dequantiseQ8(source: Uint8Array, target: Float32Array): void {
  const { kernel, row, scales, words, bytes } = workspace()
  for (let done = 0; done < target.length; done += blocksAtOnce * laneBlock) {
    const blocks = Math.min(blocksAtOnce, (target.length - done) / laneBlock)
    const from = (done / laneBlock) * blockBytes
    bytes.set(source.subarray(from, from + blocks * blockBytes))
    readScales(words, 0, scales.subarray(0, blocks))
    kernel.dequantiseQ8(bytes.byteOffset, scales.byteOffset, row.byteOffset, blocks)
    target.set(row.subarray(0, blocks * laneBlock), done)
  }
}

/** values: a multiple of 32; target: as many Q8_0 blocks. Bit for bit what quantize_row_q8_0_ref of ggml and gguf-py give. False when a block has no finite scale. */
export function quantiseQ8(values: Float32Array, target: Uint8Array): boolean {
  const { kernel, row, scales, scaleBits, words, bytes } = workspace()
  let finite = true
  for (let done = 0; done < values.length; done += blocksAtOnce * laneBlock) {
    const blocks = Math.min(blocksAtOnce, (values.length - done) / laneBlock)
    row.set(values.subarray(done, done + blocks * laneBlock))
    kernel.quantiseQ8(row.byteOffset, scales.byteOffset, bytes.byteOffset, blocks)
    finite = writeScales(scaleBits.subarray(0, blocks), words, 0) && finite
    target.set(bytes.subarray(0, blocks * blockBytes), (done / laneBlock) * blockBytes)
  }
  return finite
}

type Workspace = ReturnType<typeof createWorkspace>
let shared: Workspace | undefined
const workspace = (): Workspace => (shared ??= createWorkspace())

function createWorkspace() {
  const rowBytes = blocksAtOnce * laneBlock * 4
  const kernel = createRowKernel(rowBytes + blocksAtOnce * (4 + blockBytes))
  const { buffer } = kernel.memory
  return {
    kernel,
    row: new Float32Array(buffer, 0, blocksAtOnce * laneBlock),
    scales: new Float32Array(buffer, rowBytes, blocksAtOnce),
    scaleBits: new Uint32Array(buffer, rowBytes, blocksAtOnce),
    words: new Uint16Array(buffer, rowBytes + blocksAtOnce * 4, blocksAtOnce * blockWords),
    bytes: new Uint8Array(buffer, rowBytes + blocksAtOnce * 4, blocksAtOnce * blockBytes),
  }
}
