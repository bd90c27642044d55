import { stat } from 'node:fs/promises'
import path from 'node:path'
import { GenesisError, systemErrorCode } from '../errors.ts'

/**
 * The absolute path of a file that a command is to write, after it was made sure that it can be one: before the work, not after it.
 * @throws GenesisError GI-USAGE
 */
export async function outputFile(named: string): Promise<string> {
  const file = path.resolve(named)
  if ((await kindOf(path.dirname(file))) !== 'directory') throw unusable(file, `there is no directory ${path.dirname(file)}`)
  if ((await kindOf(file)) === 'directory') throw unusable(file, 'it is a directory')
  return file
}

const unusable = (file: string, why: string): GenesisError => new GenesisError('GI-USAGE', { what: `${file} cannot be written.`, why })

async function kindOf(place: string): Promise<'directory' | 'other' | null> {
  try {
    return (await stat(place)).isDirectory() ? 'directory' : 'other'
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error
    return null
  }
}
