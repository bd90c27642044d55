import { stat, statfs } from 'node:fs/promises'
import { GenesisError, systemErrorCode } from '../errors.ts'

/** Bytes that this user may still write where `directory` lies. */
export async function freeBytes(directory: string): Promise<number> {
  const { bavail, bsize } = await statfs(directory)
  return bavail * bsize
}

/** Bytes of a file; 0 when there is none. */
export async function fileBytes(file: string): Promise<number> {
  try {
    return (await stat(file)).size
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return 0
    throw error
  }
}

/** Throws GI-DISK-FULL before anything is written that would not fit; `purpose` completes "not enough free disk space to". */
export async function requireDiskSpace(directory: string, neededBytes: number, purpose: string): Promise<void> {
  const free = await freeBytes(directory)
  if (free >= neededBytes) return
  throw new GenesisError('GI-DISK-FULL', {
    what: `There is not enough free disk space to ${purpose}.`,
    why: `about ${gigabytes(neededBytes)} are needed and ${gigabytes(free)} are free under ${directory}`,
  })
}

export const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(2)} GB`
