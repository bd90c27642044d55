import { constants } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import path from 'node:path'
import type { BigIntStats } from 'node:fs'
import { GenesisError, systemErrorCode } from '../errors.ts'

/** Which state of a file was read: another inode, size or time means another content. */
export interface FileVersion {
  inode: bigint
  size: bigint
  modifiedNs: bigint
}

export function isSameVersion(one: FileVersion | null, other: FileVersion | null): boolean {
  if (one === null || other === null) return one === other
  return one.inode === other.inode && one.size === other.size && one.modifiedNs === other.modifiedNs
}

/** The version of a regular file, or null when there is none. GI-LEARNINGS-DENIED when it is something else, or cannot be looked at. */
export async function versionOf(file: string): Promise<FileVersion | null> {
  try {
    const stats = await stat(file, { bigint: true })
    if (!stats.isFile()) throw denied(file, stats.isDirectory() ? 'it is a directory' : 'it is no regular file')
    return toVersion(stats)
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return null
    throw readError(error, file)
  }
}

/** Opens a regular file for reading, or null when there is none. GI-LEARNINGS-DENIED when it cannot be read. */
export async function openFile(file: string): Promise<{ handle: FileHandle; version: FileVersion } | null> {
  // Opening a pipe would wait for its writer, so look first.
  if ((await versionOf(file)) === null) return null
  try {
    const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK)
    return { handle, version: await versionOfHandle(handle) }
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return null
    throw readError(error, file)
  }
}

export async function versionOfHandle(handle: FileHandle): Promise<FileVersion> {
  return toVersion(await handle.stat({ bigint: true }))
}

export function denied(file: string, why: string, cause?: unknown): GenesisError {
  return new GenesisError('GI-LEARNINGS-DENIED', { what: `data/${path.basename(file)} cannot be read.`, why, cause })
}

/** Turns the system's refusals while reading into errors the user can act on; anything else is passed on as it is. */
export function readError(error: unknown, file: string): unknown {
  const code = systemErrorCode(error)
  if (code === 'EACCES' || code === 'EPERM') return denied(file, 'this user may not read it', error)
  if (code === 'EISDIR') return denied(file, 'it is a directory', error)
  if (code === 'ENOTDIR' || code === 'ELOOP' || code === 'EIO' || code === 'ENXIO') return denied(file, `the system says ${code}`, error)
  return error
}

function toVersion(stats: BigIntStats): FileVersion {
  return { inode: stats.ino, size: stats.size, modifiedNs: stats.mtimeNs }
}
