import { existsSync } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { GenesisError, systemErrorCode } from '../errors.ts'
import { compareText } from '../dataset/text-key.ts'
import { homeAt } from '../state/home.ts'
import type { Home } from '../state/home.ts'

export interface FleetHome {
  /** Its directory's name. */
  name: string
  home: Home
}

/**
 * The homes right below a directory, by name: what holds a configuration or a state. Links to directories count, hidden ones don't.
 * @throws GenesisError GI-HOME-UNUSABLE when the directory can't be read
 */
export async function findHomes(directory: string): Promise<FleetHome[]> {
  const names = await namesIn(directory)
  const homes = names.filter((name) => !name.startsWith('.')).map((name) => ({ name, home: homeAt(path.join(directory, name)) }))
  const found: FleetHome[] = []
  for (const one of homes) if ((await isDirectory(one.home.root)) && isHome(one.home)) found.push(one)
  return found.sort((left, right) => compareText(left.name, right.name))
}

const isHome = ({ config, state }: Home): boolean => existsSync(config) || existsSync(state)

async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory)
  } catch (error) {
    const code = systemErrorCode(error)
    if (code === undefined) throw error
    throw new GenesisError('GI-HOME-UNUSABLE', {
      what: 'The directory of the homes cannot be read.',
      why: `${directory}: ${code}`,
      remedy: 'Name the directory that holds the homes, one directory each.',
      cause: error,
    })
  }
}

async function isDirectory(file: string): Promise<boolean> {
  try {
    return (await stat(file)).isDirectory()
  } catch (error) {
    // A link to nothing, or gone meanwhile.
    if (systemErrorCode(error) !== undefined) return false
    throw error
  }
}
