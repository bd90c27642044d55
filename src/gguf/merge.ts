import { availableParallelism } from 'node:os'
import { GenesisError } from '../errors.ts'
import { ahead } from './ahead.ts'
import { byteLength } from './ggml-types.ts'
import { openGguf } from './gguf-file.ts'
import type { GgufFile } from './gguf-file.ts'
import type { Tensor } from './header.ts'
import { readLora } from './lora.ts'
import type { LoraPair } from './lora.ts'
import { planMerge } from './merge-plan.ts'
import type { MergePlan, TouchedType } from './merge-plan.ts'
import { createLocalPool, createThreadPool } from './merge-pool.ts'
import type { MergePool } from './merge-pool.ts'
import { packBasis } from './merge-rows.ts'
import type { QuantisedType } from './quantisation.ts'
import { writeGguf } from './writer.ts'
import type { WrittenGguf } from './writer.ts'

export interface MergeJob {
  base: string
  adapter: string
  output: string
  /** Multiplies the adapter's own scale; 1 when left out. */
  scale?: number
  touchedType?: TouchedType
  /** Threads to compute with; when left out, all processors, or only this thread when there is little to do. Changes nothing in the result. */
  threads?: number
  report?: (progress: { doneBytes: number; totalBytes: number }) => void
}

/** `tensors` counts the tensors that the adapter changed. */
export interface MergedGguf extends WrittenGguf {
  tensors: number
}

const copiedBytesAtOnce = 4 << 20
const mergedElementsAtOnce = 1 << 20
/** Multiplications below which a thread takes longer to start than to be of use. */
const littleWork = 2e8

/**
 * Adds a LoRA adapter to a base model: W += scale * alpha / rank * B A for every pair of the adapter. Tensors that it doesn't touch are copied as they are,
 * in pieces, so memory is bounded by a few pieces. Equal input gives equal bytes, however many threads work.
 * Throws what `openGguf`, `readLora`, `planMerge` and `writeGguf` throw; no output exists then.
 */
export async function mergeLora(job: MergeJob): Promise<MergedGguf> {
  const { scale = 1, touchedType = 'keep' } = job
  if (!Number.isFinite(scale)) throw new GenesisError('GI-ADAPTER-INVALID', { why: `the LoRA scale is ${scale}` })
  const base = await openGguf(job.base)
  try {
    const lora = await readLora(job.adapter)
    try {
      const plan = planMerge(base, lora, touchedType)
      const pool = createPool(job, plan)
      try {
        const data = ahead(pieces(base, plan, pool, scale), 2 * threadsFor(job, plan) + 2)
        const written = await writeGguf(job.output, plan.layout, reported(data, plan, job.report))
        return { tensors: lora.pairs.length, ...written }
      } finally {
        await pool.close()
      }
    } finally {
      await lora.close()
    }
  } finally {
    await base.close()
  }
}

function createPool(job: MergeJob, plan: MergePlan): MergePool {
  const threads = threadsFor(job, plan)
  return threads > 1 ? createThreadPool(job.base, threads) : createLocalPool(job.base)
}

function threadsFor({ threads }: MergeJob, { tensors }: MergePlan): number {
  const work = tensors.reduce((sum, { pair }) => sum + (pair ? pair.shape[0] * pair.shape[1] * (pair.rank + 16) : 0), 0)
  return threads ?? (work < littleWork ? 1 : availableParallelism())
}

/** The output's data as steps that each begin to make one piece, in the order of the file. */
function* pieces(base: GgufFile, plan: MergePlan, pool: MergePool, scale: number): Generator<() => Promise<Uint8Array>> {
  for (const planned of plan.tensors) {
    if (planned.pair) yield* mergedPieces(planned.tensor, planned.pair, planned.to, pool, scale)
    else {
      const { tensor } = planned
      for (let start = 0; start < tensor.bytes; start += copiedBytesAtOnce) {
        yield () => base.readTensor(tensor, start, Math.min(copiedBytesAtOnce, tensor.bytes - start))
      }
    }
  }
}

function* mergedPieces(
  tensor: Tensor,
  pair: LoraPair,
  to: QuantisedType,
  pool: MergePool,
  scale: number,
): Generator<() => Promise<Uint8Array>> {
  const { name, type: from, position } = tensor
  const [columns, allRows] = pair.shape
  const { rank } = pair
  const rowsAtOnce = Math.max(1, Math.floor(mergedElementsAtOnce / columns))
  let loading: Promise<{ basis: Float32Array; factors: Float32Array }> | undefined
  for (let first = 0; first < allRows; first += rowsAtOnce) {
    yield async () => {
      const { basis, factors } = await (loading ??= loadPair(pair, scale))
      const rows = Math.min(rowsAtOnce, allRows - first)
      const start = position + byteLength(from, first * columns)
      return pool.merge({
        ...{ tensor: name, position: start, columns, rows, rank, from, to, basis },
        factors: factors.slice(first * rank, (first + rows) * rank),
      })
    }
  }
}

async function loadPair(pair: LoraPair, scale: number): Promise<{ basis: Float32Array; factors: Float32Array }> {
  const { basis, factors } = await pair.read()
  const wholeScale = scale * pair.scale
  for (let index = 0; index < factors.length; index++) factors[index] = (factors[index] ?? NaN) * wholeScale
  return { basis: packBasis(basis, pair.rank, pair.shape[0]), factors }
}

async function* reported(data: AsyncIterable<Uint8Array>, { layout }: MergePlan, report: MergeJob['report']): AsyncGenerator<Uint8Array> {
  const totalBytes = layout.tensors.reduce(
    (sum, { shape, type }) =>
      sum +
      byteLength(
        type,
        shape.reduce((product, length) => product * length, 1),
      ),
    0,
  )
  let doneBytes = 0
  for await (const piece of data) {
    yield piece
    doneBytes += piece.length
    report?.({ doneBytes, totalBytes })
  }
}
