import { readlink, rename, symlink, unlink } from 'node:fs/promises'
import path from 'node:path'
import { systemErrorCode } from '../errors.ts'
import { syncDirectory, writeError } from '../state/files.ts'
import { releaseDamaged, releaseNamePattern } from './release.ts'
import { removeLeftovers, temporaryBeside } from './move-directory.ts'

/** Where `current` leads; null when there is no link. Throws GI-RELEASE-DAMAGED when it is no link to a release beside it. */
export async function servedName(current: string): Promise<string | null> {
  let name: string
  try {
    name = await readlink(current)
  } catch (error) {
    const code = systemErrorCode(error)
    if (code === 'ENOENT') return null
    if (code === 'EINVAL') throw releaseDamaged(`${current} is not a link`)
    throw error
  }
  if (!releaseNamePattern.test(name)) throw releaseDamaged(`${current} leads to ${name}, which is no release beside it`)
  return name
}

/** A link under a name of its own, renamed over `current`: at no moment is there none, or half of one. */
export async function switchLink(current: string, name: string): Promise<void> {
  const parent = path.dirname(current)
  try {
    await removeLeftovers(parent, '.current.')
    const temporary = temporaryBeside(current)
    await symlink(name, temporary)
    await rename(temporary, current)
    await syncDirectory(parent)
  } catch (error) {
    throw writeError(error, current)
  }
}

/** Gives production back to the base. */
export async function removeLink(current: string): Promise<void> {
  try {
    await unlink(current)
    await syncDirectory(path.dirname(current))
  } catch (error) {
    throw writeError(error, current)
  }
}
