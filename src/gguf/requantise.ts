import { truthfulFileType } from './file-type.ts'
import { ggmlTypes } from './ggml-types.ts'
import type { GgmlType } from './ggml-types.ts'
import { openGguf } from './gguf-file.ts'
import type { GgufFile } from './gguf-file.ts'
import type { Tensor } from './header.ts'
import { createPool } from './merge-pool.ts'
import { numberOf } from './metadata.ts'
import { isDequantisable, unsupportedType } from './quantisation.ts'
import type { QuantisedType } from './quantisation.ts'
import { rewriteGguf } from './rewrite.ts'
import type { PlannedTensor, RewriteOptions, RewritePlan } from './rewrite.ts'
import { withTypes } from './type-metadata.ts'
import { layoutBytes } from './writer.ts'
import type { WrittenGguf } from './writer.ts'

export interface RequantiseJob extends RewriteOptions {
  source: string
  output: string
  /** What tensors become that the embedded engine can't train on as they are. */
  type: 'Q8_0'
}

type Source = Pick<GgufFile, 'version' | 'alignment' | 'metadata' | 'tensors'>

/** Types of tensors that stay: those of the files that the embedded engine trains (engine/base-support.ts), and whole numbers. */
const stays: ReadonlySet<GgmlType> = new Set(['F32', 'F16', 'F64', 'Q8_0', 'Q4_0', 'TQ1_0', 'TQ2_0', 'I8', 'I16', 'I32', 'I64'])

/**
 * Writes a copy of a model that the embedded engine can train on: tensors of types that it can't are Q8_0 (F16 where a row is no multiple of 32,
 * F32 where there is only one row, as for norms), the others are copied byte for byte, and general.file_type says so.
 * Throws what `openGguf`, `planRequantising` and `rewriteGguf` throw; no output exists then.
 */
export async function requantiseGguf(job: RequantiseJob): Promise<WrittenGguf> {
  const source = await openGguf(job.source)
  try {
    const plan = planRequantising(source)
    const pool = createPool(job.source, source.size, job.threads)
    try {
      return await rewriteGguf(source, plan, pool, job.output, 1, job)
    } finally {
      await pool.close()
    }
  } finally {
    await source.close()
  }
}

/** How many bytes the file takes that `requantiseGguf` makes of this one. Throws as `planRequantising`. */
export function requantisedBytes(source: Source): number {
  return layoutBytes(planRequantising(source).layout)
}

/** Decides what becomes of each tensor. Throws GI-GGUF-UNSUPPORTED, naming the tensor, when one has a type that can't be computed with. */
function planRequantising({ version, alignment, metadata, tensors }: Source): RewritePlan {
  const planned = tensors.map((tensor): PlannedTensor => (stays.has(tensor.type) ? { tensor } : { tensor, to: targetType(tensor) }))
  const written = planned.map(({ tensor, to }) => ({ ...tensor, type: to ?? tensor.type }))
  const fileType = truthfulFileType(written, numberOf(metadata, 'general.file_type'))
  return { layout: { version, alignment, metadata: withTypes(metadata, written, fileType), tensors: written }, tensors: planned }
}

function targetType({ name, type, shape }: Tensor): QuantisedType {
  if (!isDequantisable(type)) throw unsupportedType(type, name)
  if (shape.length === 1) return 'F32'
  return (shape[0] ?? 0) % ggmlTypes.Q8_0.blockSize === 0 ? 'Q8_0' : 'F16'
}
