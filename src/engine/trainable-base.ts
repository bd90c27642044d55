import { mkdir, readdir, rm, stat, statfs } from 'node:fs/promises'
import path from 'node:path'
import { GenesisError, systemErrorCode } from '../errors.ts'
import { openGguf } from '../gguf/gguf-file.ts'
import { requantiseGguf, requantisedBytes } from '../gguf/requantise.ts'
import { readGgufSummary } from '../gguf/summary.ts'
import { isTrainableType } from './base-support.ts'

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
  const prepared = path.join(directory, `${base.digest}.q8_0.gguf`)
  if ((await sizeOf(prepared)) === bytes) return prepared
  await mkdir(directory, { recursive: true, mode: 0o700 })
  // One is enough: those of former bases go first.
  for (const name of await readdir(directory)) await rm(path.join(directory, name), { force: true })
  const { bavail, bsize } = await statfs(directory)
  if (bavail * bsize < bytes)
    throw new GenesisError('GI-DISK-FULL', {
      what: 'There is not enough free disk space to prepare the base for training.',
      why: `a Q8_0 copy takes ${gigabytes(bytes)}, and ${gigabytes(bavail * bsize)} are free under ${directory}`,
    })
  await requantiseGguf({ source: base.path, output: prepared, type: 'Q8_0', report, signal })
  return prepared
}

/** Bytes of the copy that training needs; null when the base is trained on as it is. */
async function preparedBytes(file: string): Promise<number | null> {
  const { fileType } = await readGgufSummary(file)
  if (isTrainableType(fileType)) return null
  const gguf = await openGguf(file)
  await gguf.close()
  return requantisedBytes(gguf)
}

/** Bytes that a training of this base writes beside its own files. */
export async function preparationBytes(base: { path: string; digest: string }, cacheDirectory: string): Promise<number> {
  const bytes = await preparedBytes(base.path)
  if (bytes === null) return 0
  return (await sizeOf(path.join(cacheDirectory, 'bases', `${base.digest}.q8_0.gguf`))) === bytes ? 0 : bytes
}

async function sizeOf(file: string): Promise<number | null> {
  try {
    return (await stat(file)).size
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return null
    throw error
  }
}

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(2)} GB`
