import type { Dirent } from 'node:fs'
import { lstat, readdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { systemErrorCode } from '../errors.ts'
import type { Home } from './home.ts'
import { isAlive } from './runner.ts'

/** `.<name>.<process id>-<8 hexadecimal digits>.tmp`: what is written before it is renamed, file, link or directory. */
const temporaryPattern = /^\..+\.(\d+)-[0-9a-f]{8}\.tmp$/

/** Its writer may run where its process can't be seen from here, as in another container; no single write takes so long. */
const youngestMs = 60_000
/** By then the process id belongs to another process. */
const oldestMs = 24 * 3_600_000

/**
 * Removes what processes that were killed left half written. The caller holds the run lock; whoever writes without it (`learn`, `trigger`) is
 * alive, and its files are left alone.
 */
export async function removeTemporaries(home: Home, now: Date): Promise<void> {
  for (const directory of await directoriesOf(home)) {
    for (const name of await namesIn(directory)) {
      const pid = temporaryPattern.exec(name)?.[1]
      if (pid === undefined) continue
      const file = path.join(directory, name)
      const ageMs = now.getTime() - (await modifiedMs(file))
      if (ageMs > oldestMs || (ageMs > youngestMs && !isAlive(Number(pid)))) await removeIfAllowed(file)
    }
  }
}

/** Everywhere but in the attempts at steps, which are thrown away whole. */
async function directoriesOf({ data, fates, models, cycles, cache }: Home): Promise<string[]> {
  const inner = await Promise.all(
    [models, cycles, cache].map(async (parent) => (await directoriesIn(parent)).map((name) => path.join(parent, name))),
  )
  return [data, fates, models, cycles, cache, ...inner.flat().filter((name) => !temporaryPattern.test(path.basename(name)))]
}

const namesIn = async (directory: string): Promise<string[]> => (await entriesIn(directory)).map(({ name }) => name)

/** Links to directories are not followed: they may lead out of the home. */
const directoriesIn = async (parent: string): Promise<string[]> =>
  (await entriesIn(parent)).filter((entry) => entry.isDirectory()).map(({ name }) => name)

async function entriesIn(directory: string): Promise<Dirent[]> {
  try {
    return await readdir(directory, { withFileTypes: true })
  } catch (error) {
    const code = systemErrorCode(error)
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EACCES') return []
    throw error
  }
}

/** Infinity, as if it were new, when it is gone meanwhile. */
async function modifiedMs(file: string): Promise<number> {
  try {
    return (await lstat(file)).mtimeMs
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return Infinity
    throw error
  }
}

async function removeIfAllowed(file: string): Promise<void> {
  try {
    await rm(file, { recursive: true, force: true })
  } catch (error) {
    const code = systemErrorCode(error)
    if (code !== 'EACCES' && code !== 'EPERM') throw error
  }
}
