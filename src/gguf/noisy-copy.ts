import { byteLength } from './ggml-types.ts'
import { openGguf } from './gguf-file.ts'
import type { GgufFile } from './gguf-file.ts'
import type { Tensor } from './header.ts'
import type { LoraPair } from './lora.ts'
import { planMerge } from './merge-plan.ts'
import { createPool } from './merge-pool.ts'
import { dequantise, isDequantisable } from './quantisation.ts'
import { rewriteGguf } from './rewrite.ts'
import type { RewriteOptions } from './rewrite.ts'
import type { WrittenGguf } from './writer.ts'

export interface NoisyCopyJob extends RewriteOptions {
  source: string
  output: string
  /** Numbers from 0 to under 1; the same ones give the same bytes. */
  random: () => number
}

const rank = 8
const rowsMeasured = 16

/**
 * Writes a copy of a model to whose block weights noise as large as they are is added: a file that loads and answers, and knows nothing any more. The noise
 * goes the way of an adapter's delta, so it is written as merged models are. Throws what `openGguf`, `planMerge` and `rewriteGguf` throw.
 */
export async function writeNoisyCopy(job: NoisyCopyJob): Promise<WrittenGguf> {
  const base = await openGguf(job.source)
  try {
    const pool = createPool(job.source, base.size, job.threads)
    try {
      const pairs = base.tensors.filter(isBlockWeight).map((tensor) => noiseOf(base, tensor, job.random))
      return await rewriteGguf(base, planMerge(base, { architecture: base.architecture ?? '', pairs }, 'keep'), pool, job.output, 1, job)
    } finally {
      await pool.close()
    }
  } finally {
    await base.close()
  }
}

const isBlockWeight = ({ name, shape, type }: Tensor): boolean =>
  /^blk\.\d+\..+\.weight$/.test(name) && shape.length === 2 && isDequantisable(type)

function noiseOf(base: GgufFile, tensor: Tensor, random: () => number): LoraPair {
  const [columns = 0, rows = 0] = tensor.shape
  const normal = (length: number, size: number): Float32Array => Float32Array.from({ length }, () => size * standardNormal(random))
  return {
    ...{ name: tensor.name, rank, scale: 1, shape: [columns, rows] },
    read: async () => {
      const size = await sizeOf(base, tensor)
      return { basis: normal(rank * columns, size / Math.sqrt(rank)), factors: normal(rows * rank, 1) }
    },
  }
}

/** Root mean square of the first rows. */
async function sizeOf(base: GgufFile, { shape: [columns = 0, rows = 0], ...tensor }: Tensor): Promise<number> {
  const bytes = byteLength(tensor.type, columns * Math.min(rows, rowsMeasured))
  const values = dequantise(tensor.type, await base.readTensor({ shape: [columns, rows], ...tensor }, 0, bytes))
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length)
}

/** Box, G. E. P. and Muller, M. E. (1958), Annals of Mathematical Statistics 29, 610-611. */
const standardNormal = (random: () => number): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
