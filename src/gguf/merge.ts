import { GenesisError } from '../errors.ts'
import { openGguf } from './gguf-file.ts'
import { readLora } from './lora.ts'
import { planMerge } from './merge-plan.ts'
import type { TouchedType } from './merge-plan.ts'
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
 * they are. Throws what `openGguf`, `readLora`, `planMerge` and `rewriteGguf` throw; no output exists then.
 */
export async function mergeLora(job: MergeJob): Promise<MergedGguf> {
  const { scale = 1, touchedType = 'keep' } = job
  if (!Number.isFinite(scale)) throw new GenesisError('GI-ADAPTER-INVALID', { why: `the LoRA scale is ${scale}` })
  const base = await openGguf(job.base)
  try {
    const lora = await readLora(job.adapter)
    try {
      const written = await rewriteGguf(base, planMerge(base, lora, touchedType), job.output, scale, job)
      return { tensors: lora.pairs.length, ...written }
    } finally {
      await lora.close()
    }
  } finally {
    await base.close()
  }
}
