import { GenesisError } from '../errors.ts'
import { openGguf } from './gguf-file.ts'
import type { GgufFile } from './gguf-file.ts'
import { openLora } from './lora.ts'
import { planMerge } from './merge-plan.ts'
import type { TouchedType } from './merge-plan.ts'
import { createPool } from './merge-pool.ts'
import type { MergePool } from './merge-pool.ts'
import { rewriteGguf } from './rewrite.ts'
import type { RewriteOptions } from './rewrite.ts'
import type { WrittenGguf } from './writer.ts'

export interface MergeJob extends RewriteOptions {
  base: string
  adapter: string
  output: string
  /** Multiplies the adapter's own scale; 1 when left out. */
  scale?: number
  touchedType?: TouchedType
}

/** `tensors` counts the tensors that the adapter changed. */
export interface MergedGguf extends WrittenGguf {
  tensors: number
}

/**
 * Adds a LoRA adapter to a base model: W += scale * alpha / rank * B A for every pair of the adapter. Tensors that it doesn't touch are copied as
 * they are, and so is the whole model when the adapter is all zeros. Throws what `openGguf`, `openLora`, `planMerge` and `rewriteGguf` throw; no output exists then.
 */
export async function mergeLora(job: MergeJob): Promise<MergedGguf> {
  const { scale = 1 } = job
  if (!Number.isFinite(scale)) throw new GenesisError('GI-ADAPTER-INVALID', { why: `the LoRA scale is ${scale}` })
  const base = await openGguf(job.base)
  try {
    // Threads start while the adapter is opened.
    const pool = createPool(job.base, base.size, job.threads)
    try {
      return await mergeInto(base, pool, job, scale)
    } finally {
      await pool.close()
    }
  } finally {
    await base.close()
  }
}

async function mergeInto(base: GgufFile, pool: MergePool, job: MergeJob, scale: number): Promise<MergedGguf> {
  const lora = await openLora(job.adapter)
  try {
    const plan = planMerge(base, lora, job.touchedType ?? 'keep')
    return { tensors: lora.pairs.length, ...(await rewriteGguf(base, plan, pool, job.output, scale, job)) }
  } finally {
    await lora.close()
  }
}
