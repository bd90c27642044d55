import { GenesisError } from '../errors.ts'
import { ahead } from './ahead.ts'
import { byteLength, elementsOf } from './ggml-types.ts'
import type { GgufFile } from './gguf-file.ts'
import type { Tensor } from './header.ts'
import type { LoraPair } from './lora.ts'
import type { MergePool } from './merge-pool.ts'
import type { MergedRows } from './merge-rows.ts'
import type { QuantisedType } from './quantisation.ts'
import { writeGguf } from './writer.ts'
import type { GgufLayout, WrittenGguf } from './writer.ts'

/** What becomes of one tensor: without `to` it is copied byte for byte; with it its values are written as that type, a pair's delta added first if there is one. */
export type PlannedTensor = { tensor: Tensor; to?: undefined } | { tensor: Tensor; to: QuantisedType; pair?: LoraPair }

export interface RewritePlan {
  layout: GgufLayout
  /** One for each tensor of the base, in its order. */
  tensors: readonly PlannedTensor[]
}

/** How to do a plan; nothing of it changes the result. */
export interface RewriteOptions {
  /** Threads to compute with; when left out, all processors, or only this thread for small models. */
  threads?: number
  report?: (progress: { doneBytes: number; totalBytes: number }) => void
  signal?: AbortSignal
}

const copiedBytesAtOnce = 4 << 20
const computedElementsAtOnce = 1 << 21

/**
 * Writes a changed copy of `base`. What is not computed is copied in pieces and what is, is computed in pieces, so memory is bounded by a few of them.
 * Equal input gives equal bytes, whatever the pool. `scale` multiplies that of every pair.
 * Throws GI-INTERRUPTED, GI-ADAPTER-INVALID or GI-GGUF-INVALID when values come out that the new type can't hold, and what `writeGguf` throws;
 * no output exists then.
 */
export async function rewriteGguf(
  base: GgufFile,
  plan: RewritePlan,
  pool: MergePool,
  output: string,
  scale: number,
  options: RewriteOptions,
): Promise<WrittenGguf> {
  const data = ahead(pieces(base, plan, pool, scale), 2 * pool.threads + 2)
  return await writeGguf(output, plan.layout, watched(data, plan, options))
}

/** The output's data as steps that each begin to make one piece, in the order of the file. */
function* pieces(base: GgufFile, plan: RewritePlan, pool: MergePool, scale: number): Generator<() => Promise<MergedRows>> {
  const copy = copier(base)
  for (const planned of plan.tensors) {
    const { tensor } = planned
    if (planned.to) yield* computedPieces(tensor, planned.to, planned.pair, pool, scale)
    else for (let start = 0; start < tensor.bytes; start += copiedBytesAtOnce) yield () => copy(tensor, start)
  }
}

/** Reads pieces of tensors into memory that is used again after `release`. */
function copier(base: GgufFile): (tensor: Tensor, start: number) => Promise<MergedRows> {
  const idle: Uint8Array[] = []
  return async (tensor, start) => {
    const memory = idle.pop() ?? new Uint8Array(copiedBytesAtOnce)
    const bytes = memory.subarray(0, tensor.bytes - start)
    await base.readInto(bytes, tensor, start)
    return { bytes, release: () => void idle.push(memory) }
  }
}

function* computedPieces(
  tensor: Tensor,
  to: QuantisedType,
  pair: LoraPair | undefined,
  pool: MergePool,
  scale: number,
): Generator<() => Promise<MergedRows>> {
  const { name, type: from, position, shape } = tensor
  const columns = shape[0] ?? 1
  // What has more than two dimensions is rows all the same.
  const allRows = elementsOf(shape) / columns
  const rank = pair?.rank ?? 0
  const rowsAtOnce = Math.max(1, Math.floor(computedElementsAtOnce / columns))
  let reading: Promise<Halves> | undefined
  for (let first = 0; first < allRows; first += rowsAtOnce) {
    yield async () => {
      const { basis, factors } = await (reading ??= pair?.read() ?? Promise.resolve(noHalves))
      const rows = Math.min(rowsAtOnce, allRows - first)
      const start = position + byteLength(from, first * columns)
      return pool.merge({
        ...{ tensor: name, position: start, columns, rows, rank, from, to, basis, scale: scale * (pair?.scale ?? 1) },
        factors: factors.subarray(first * rank, (first + rows) * rank),
      })
    }
  }
}

type Halves = Awaited<ReturnType<LoraPair['read']>>
const noHalves: Halves = { basis: new Float32Array(), factors: new Float32Array() }

async function* watched(
  data: AsyncIterable<MergedRows>,
  { layout }: RewritePlan,
  { report, signal }: RewriteOptions,
): AsyncGenerator<Uint8Array> {
  const totalBytes = layout.tensors.reduce((sum, { shape, type }) => sum + byteLength(type, elementsOf(shape)), 0)
  let doneBytes = 0
  for await (const { bytes, release } of data) {
    if (signal?.aborted) throw new GenesisError('GI-INTERRUPTED', { cause: signal.reason })
    // Asked for the next one, the writer is done with this one.
    yield bytes
    release()
    doneBytes += bytes.length
    report?.({ doneBytes, totalBytes })
  }
}
