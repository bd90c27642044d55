import type { GgmlType } from '../ggml-types.ts'
import { blockQuants } from './block-quants.ts'
import { dequantiserName } from './dequantise.ts'
import { kQuants } from './k-quants.ts'
import { addProduct } from './product.ts'
import { quantiseQ8 } from './quantise-q8.ts'
import { assemble } from './wasm-assembler.ts'

/** The types whose blocks the kernel turns into float32. */
export type KernelType = 'Q8_0' | 'Q4_0' | 'Q4_1' | 'Q5_0' | 'Q5_1' | 'Q2_K' | 'Q3_K' | 'Q4_K' | 'Q5_K' | 'Q6_K'
export const kernelTypes: readonly GgmlType[] = [
  'Q8_0',
  'Q4_0',
  'Q4_1',
  'Q5_0',
  'Q5_1',
  'Q2_K',
  'Q3_K',
  'Q4_K',
  'Q5_K',
  'Q6_K',
] satisfies KernelType[]
export const isKernelType = (type: GgmlType): type is KernelType => kernelTypes.includes(type)

/**
 * The inner loops of a merge, as 128-bit SIMD, each over whole rows. Every operation is a single IEEE 754 float32 operation in a fixed order,
 * so results don't depend on the processor, nor on how rows are spread over threads. All arguments are byte addresses in `memory`, or counts of 1 or more.
 */
export interface RowKernel {
  memory: WebAssembly.Memory
  /**
   * Two rows at once, which halves the reading of the basis: row[strip * 16 + lane] += sum over k, from 0 on, of factors[k] * packed[(strip * rank + k) * 16 + lane];
   * the next row's factors follow the row's.
   */
  addProduct(row: number, nextRow: number, packed: number, factors: number, rank: number, strips: number): void
  /** Writes the float32 values of whole blocks of a type. Bit for bit those that gguf-py gives. */
  dequantise(type: KernelType, source: number, row: number, blocks: number): void
  /**
   * Writes as many Q8_0 blocks (a float16 scale, then 32 signed bytes) as there are 32 values. Bit for bit what quantize_row_q8_0_ref of ggml and gguf-py give.
   * Returns the bits of the largest scale: from 0x7c00 on a value was not finite, or too large for a float16 scale.
   */
  quantiseQ8(row: number, target: number, blocks: number): number
}

type Dequantiser = (source: number, row: number, blocks: number) => void

let compiled: WebAssembly.Module | undefined

/** A kernel with a memory of its own, of at least `bytes` bytes, which threads can share. */
export function createRowKernel(bytes: number): RowKernel {
  compiled ??= new WebAssembly.Module(assemble([addProduct, quantiseQ8, ...blockQuants(), ...kQuants()]))
  const pages = Math.max(1, Math.ceil(bytes / 65536))
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true })
  const { exports } = new WebAssembly.Instance(compiled, { host: { memory } })
  const functions = exports as unknown as Pick<RowKernel, 'addProduct' | 'quantiseQ8'> & Record<string, Dequantiser>
  return {
    memory,
    addProduct: functions.addProduct,
    quantiseQ8: functions.quantiseQ8,
    dequantise: (type, source, row, blocks) => functions[dequantiserName(type)]?.(source, row, blocks),
  }
}
