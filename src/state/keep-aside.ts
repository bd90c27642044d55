import { rename, stat } from 'node:fs/promises'
import { systemErrorCode } from '../errors.ts'
import { writeError } from './files.ts'

/** Renames the file out of the way, never over another one kept earlier. Returns the new path. */
export async function keepAside(file: string, at: string): Promise<string> {
  const kept = `${file}.corrupt-${at.replaceAll(/[-:]|\.\d+/g, '')}`
  for (let number = 0; ; number += 1) {
    const candidate = number === 0 ? kept : `${kept}-${number}`
    if (await exists(candidate)) continue
    try {
      await rename(file, candidate)
    } catch (error) {
      throw writeError(error, file)
    }
    return candidate
  }
}

async function exists(file: string): Promise<boolean> {
  try {
    await stat(file)
    return true
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return false
    throw error
  }
}
