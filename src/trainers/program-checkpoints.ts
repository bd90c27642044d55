import { readdir, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { GenesisError } from '../errors.ts'
import { digestFile, makeDirectory } from '../state/files.ts'
import { adapterIn } from './program-files.ts'
import type { KeptCheckpoint, TrainingJob } from './port.ts'

/**
 * What a program left beside its last adapter: folders whose names end with the number of steps, like "checkpoint-120", the newest ones, as many as are
 * wanted. Each becomes a GGUF file inside the job's directory; one that equals the last adapter is left out. Oldest first.
 */
export async function checkpointsIn(output: string, { base, directory, keep = 1 }: TrainingJob, last: string): Promise<KeptCheckpoint[]> {
  if (keep < 2) return []
  const lastDigest = await digestFile(last)
  const kept = path.join(directory, 'kept')
  await rm(kept, { recursive: true, force: true })
  const found: KeptCheckpoint[] = []
  for (const { step, folder } of await foldersIn(output)) {
    if (found.length >= keep - 1) break
    const made = await wholeAdapterIn(folder, base.path)
    if (made === null || (await digestFile(made)) === lastDigest) continue
    await makeDirectory(kept)
    const adapter = path.join(kept, `step-${step}.gguf`)
    await rename(made, adapter)
    found.push({ step, adapter })
  }
  return found.reverse()
}

/** null for a checkpoint that was cut off, or is something else: one less to choose from. */
async function wholeAdapterIn(folder: string, base: string): Promise<string | null> {
  try {
    return await adapterIn({ output: folder, result: undefined, base, lastWords: '' })
  } catch (error) {
    if (error instanceof GenesisError && error.code !== 'GI-DISK-FULL') return null
    throw error
  }
}

/** Newest first. */
async function foldersIn(output: string): Promise<{ step: number; folder: string }[]> {
  const entries = await readdir(output, { withFileTypes: true })
  return entries
    .flatMap((entry) => {
      const step = /^checkpoint-(\d{1,9})$/.exec(entry.name)?.[1]
      return entry.isDirectory() && step !== undefined ? [{ step: Number(step), folder: path.join(output, entry.name) }] : []
    })
    .sort((left, right) => right.step - left.step)
}
