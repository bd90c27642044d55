import { readdir } from 'node:fs/promises'
import { systemErrorCode } from '../errors.ts'

/** The names in a directory; none where there is no directory. */
export async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory)
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return []
    throw error
  }
}

/** As `namesIn`, for one that nothing depends on: none either where it can't be read. */
export async function readableNamesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory)
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error
    return []
  }
}
