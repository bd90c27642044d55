import { readdir, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { systemErrorCode } from '../errors.ts'
import { requantiseGguf } from '../gguf/requantise.ts'
import { requireDiskSpace } from '../state/disk-space.ts'
import { makeDirectory } from '../state/files.ts'
import { preparedBytes } from './base-support.ts'

export interface Preparation {
  base: { path: string; digest: string }
  /** Prepared bases are kept in here, by the digest of what they were made from. */
  cacheDirectory: string
  report: (progress: { doneBytes: number; totalBytes: number }) => void
  signal: AbortSignal
}

/**
 * A file that the engine can train on: the base itself, or its Q8_0 copy, which is made once. The adapter is merged into the base as it is.
 * @throws GenesisError GI-DISK-FULL before anything is written, GI-GGUF-UNSUPPORTED, GI-INTERRUPTED
 */
export async function trainableBase({ base, cacheDirectory, report, signal }: Preparation): Promise<string> {
  const bytes = await preparedBytes(base.path)
  if (bytes === null) return base.path
  const directory = path.join(cacheDirectory, 'bases')
  const prepared = path.join(directory, fileName(base))
  if ((await sizeOf(prepared)) === bytes) return prepared
  await makeDirectory(directory)
  // One is enough: those of former bases go first.
  for (const name of await readdir(directory)) await rm(path.join(directory, name), { force: true })
  await requireDiskSpace(directory, bytes, 'prepare the base for training')
  await requantiseGguf({ source: base.path, output: prepared, type: 'Q8_0', report, signal })
  return prepared
}

/** Bytes that a training of this base writes beside its own files. */
export async function preparationBytes(base: { path: string; digest: string }, cacheDirectory: string): Promise<number> {
  const bytes = await preparedBytes(base.path)
  if (bytes === null) return 0
  return (await sizeOf(path.join(cacheDirectory, 'bases', fileName(base)))) === bytes ? 0 : bytes
}

const fileName = ({ digest }: { digest: string }): string => `${digest}.q8_0.gguf`

async function sizeOf(file: string): Promise<number | null> {
  try {
    return (await stat(file)).size
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return null
    throw error
  }
}
