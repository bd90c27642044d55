import { randomBytes } from 'node:crypto'
import { realpath, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { GenesisError, systemErrorCode } from '../errors.ts'
import { readLora } from '../gguf/lora.ts'
import { mergeLora } from '../gguf/merge.ts'
import type { TouchedType } from '../gguf/merge-plan.ts'
import { readGgufSummary } from '../gguf/summary.ts'
import { convertAdapter } from './convert.ts'
import type { ConvertedAdapter } from './convert.ts'
import { isAdapterDirectory } from './open-adapter.ts'

export interface PackageJob {
  /** A LoRA GGUF file, or a directory of PEFT or MLX-LM. */
  adapter: string
  base: string
  output: string
  /** What touched tensors are written as. */
  touchedType: TouchedType
  /** Multiplies the adapter's own scale. */
  scale: number
  /** Whether an existing output may be replaced. */
  replace: boolean
  report?: (progress: { doneBytes: number; totalBytes: number }) => void
  signal?: AbortSignal
}

export interface PackagedModel {
  /** Absolute. */
  file: string
  bytes: number
  /** SHA-256 in hexadecimal. */
  digest: string
  architecture: string | undefined
  /** For example "Q8_0". */
  fileType: string | undefined
  /** `ranks` and `scales` (each module's own, times the job's) are the different ones that occur. */
  adapter: { kind: 'gguf' | ConvertedAdapter['kind']; ranks: number[]; scales: number[] }
  /** Base tensors that were changed, in the adapter's order. */
  changedTensors: string[]
  notes: string[]
}

/**
 * Merges an adapter of any known kind into a base and writes the whole model; base and adapter are only read.
 * Throws GI-OUTPUT-EXISTS, and what `convertAdapter` and `mergeLora` throw; no output exists then, or the former one still does.
 */
export async function packageAdapter(job: PackageJob): Promise<PackagedModel> {
  const output = path.resolve(job.output)
  await refuseToOverwrite(job, output)
  const isDirectory = await isAdapterDirectory(job.adapter)
  const converted = path.join(
    path.dirname(output),
    `.${path.basename(output)}.adapter.${process.pid}-${randomBytes(4).toString('hex')}.tmp`,
  )
  try {
    const from = isDirectory ? await convertAdapter({ directory: job.adapter, base: job.base, output: converted }) : undefined
    const adapter = isDirectory ? converted : job.adapter
    const { base, touchedType, scale, report, signal } = job
    const { ranks, scales, names } = await describe(adapter, scale)
    const merged = await mergeLora({ base, adapter, output, touchedType, scale, ...(report && { report }), ...(signal && { signal }) })
    const { architecture, fileType } = await readGgufSummary(output)
    return {
      ...{ file: output, bytes: merged.bytes, digest: merged.digest, architecture, fileType },
      ...{ adapter: { kind: from?.kind ?? 'gguf', ranks, scales }, changedTensors: names, notes: from?.notes ?? [] },
    }
  } finally {
    await rm(converted, { force: true })
  }
}

async function describe(adapter: string, scale: number): Promise<{ ranks: number[]; scales: number[]; names: string[] }> {
  const lora = await readLora(adapter)
  await lora.close()
  const different = (values: number[]): number[] => [...new Set(values)].sort((left, right) => left - right)
  return {
    ranks: different(lora.pairs.map(({ rank }) => rank)),
    scales: different(lora.pairs.map((pair) => pair.scale * scale)),
    names: lora.pairs.map(({ name }) => name),
  }
}

async function refuseToOverwrite({ adapter, base, replace }: PackageJob, output: string): Promise<void> {
  const existing = await realPathIfPresent(output)
  if (existing === undefined) return
  if ((await stat(existing)).isDirectory())
    throw new GenesisError('GI-OUTPUT-EXISTS', { what: `${output} is a directory.`, remedy: 'Name a file.' })
  for (const input of [base, adapter])
    if ((await realPathIfPresent(input)) === existing)
      throw new GenesisError('GI-OUTPUT-EXISTS', {
        what: `The output ${output} would replace what it is made from.`,
        remedy: 'Name another file.',
      })
  if (!replace) throw new GenesisError('GI-OUTPUT-EXISTS', { what: `${output} exists already.` })
}

async function realPathIfPresent(file: string): Promise<string | undefined> {
  try {
    return await realpath(file)
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined
    throw error
  }
}
