import path from 'node:path'
import { GenesisError, systemErrorCode } from '../errors.ts'
import type { Problem } from '../problem.ts'
import { identityOf } from './digest-cache.ts'
import { readTextIfPresent, writeFileAtomic } from './files.ts'
import type { Home } from './home.ts'

/** Raised when a check changes what it refuses, so that older results are not taken. */
const checkVersion = 1

/**
 * What `check` finds wrong with a file; it is looked at again only when its inode, size or time changed. Only that nothing was wrong is
 * remembered, under `name`, which is one for each check; a home that can't be written goes without. A missing file has no problems.
 */
export async function problemsOfFile(home: Home, name: string, file: string, check: () => Promise<Problem[]>): Promise<Problem[]> {
  const identity = await identityIfPresent(file)
  if (identity === null) return []
  const entry = path.join(home.cache, 'checked', `${name}.txt`)
  const passed = `${checkVersion} ${identity}`
  if ((await readTextIfPresent(entry)) === passed) return []
  const problems = await check()
  if (problems.length === 0 && (await identityIfPresent(file)) === identity) await remember(entry, passed)
  return problems
}

async function identityIfPresent(file: string): Promise<string | null> {
  try {
    return await identityOf(file)
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return null
    throw error
  }
}

async function remember(entry: string, text: string): Promise<void> {
  try {
    await writeFileAtomic(entry, text)
  } catch (error) {
    if (!(error instanceof GenesisError) || (error.code !== 'GI-HOME-READ-ONLY' && error.code !== 'GI-DISK-FULL')) throw error
  }
}
