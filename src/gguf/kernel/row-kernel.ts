import type { GgmlType } from '../ggml-types.ts'
import { blockQuants } from './block-quants.ts'
import { dequantiser, dequantiserName } from './dequantise.ts'
import { kQuants } from './k-quants.ts'
import { addProduct } from './product.ts'
import { quantiseQ8 } from './quantise-q8.ts'
import { assemble } from './wasm-assembler.ts'
import type { WasmFunction } from './wasm-assembler.ts'

const blockCodes = { ...blockQuants, ...kQuants }

/** The types whose blocks the kernel turns into float32. */
export type KernelType = keyof typeof blockCodes
export const kernelTypes = Object.keys(blockCodes)
export const isKernelType = (type: GgmlType): type is KernelType => type in blockCodes

/**
 * The inner loops of a merge, as 128-bit SIMD, each over whole rows. Every operation is a single IEEE 754 float32 operation in a fixed order,
 * so results don't depend on the processor, nor on how rows are spread over threads. All arguments are byte addresses in `memory`, or counts of 1 or more.
 */
export interface RowKernel {
  memory: WebAssembly.Memory
  /**
   * Rows, `rowBytes` apart, in pairs, which halves the reading of the basis: row[strip * 16 + lane] += sum over k, from 0 on, of
   * factors[k] * packed[(strip * rank + k) * 16 + lane]; each row's factors follow those of the row before.
   */
  addProduct(rows: number, rowBytes: number, pairs: number, packed: number, factors: number, rank: number, strips: number): void
  /** Writes the float32 values of whole blocks of a type. Bit for bit those that gguf-py gives. */
  dequantise(type: KernelType, source: number, values: number, blocks: number): void
  /**
   * Writes as many Q8_0 blocks (a float16 scale, then 32 signed bytes) as there are 32 values. Bit for bit what quantize_row_q8_0_ref of ggml and gguf-py give.
   * Memory must go on for `quantiserReadsAhead` bytes after the values. Returns the bits of the largest scale: from 0x7c00 on a value was not finite, or too large for a float16 scale.
   */
  quantiseQ8(values: number, target: number, blocks: number): number
}

type Dequantiser = (source: number, values: number, blocks: number) => void

/** What was compiled already: each type by itself when it is first met, since putting all of them together takes longer than a small merge. */
const compiled = new Map<string, WebAssembly.Module>()

/** A kernel with a memory of its own, of at least `bytes` bytes, which threads can share. */
export function createRowKernel(bytes: number): RowKernel {
  const pages = Math.max(1, Math.ceil(bytes / 65536))
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true })
  const start = (name: string, functions: () => readonly WasmFunction[]): Record<string, unknown> => {
    const module = compiled.get(name) ?? new WebAssembly.Module(assemble(functions()))
    compiled.set(name, module)
    return new WebAssembly.Instance(module, { host: { memory } }).exports
  }
  const { addProduct: product, quantiseQ8: quantise } = start('rows', () => [addProduct, quantiseQ8])
  const dequantisers: Partial<Record<KernelType, Dequantiser>> = {}
  return {
    memory,
    addProduct: product as RowKernel['addProduct'],
    quantiseQ8: quantise as RowKernel['quantiseQ8'],
    dequantise: (type, source, values, blocks) => {
      const dequantise = (dequantisers[type] ??= start(type, () => [dequantiser(type, blockCodes[type]())])[
        dequantiserName(type)
      ] as Dequantiser)
      dequantise(source, values, blocks)
    },
  }
}
