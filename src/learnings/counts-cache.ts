import path from 'node:path'
import { z } from 'zod'
import { GenesisError } from '../errors.ts'
import { readTextIfPresent, writeCacheFile } from '../state/files.ts'
import type { Home } from '../state/home.ts'
import { fateFiles } from './fate-reading.ts'
import { versionOf } from './open-file.ts'

/** Raised when counting changes its meaning, so that older results are not taken. */
const countingVersion = 3

/** One text for everything the counts depend on: the settings, and inode, size and time of every file that is read for them. */
export async function cacheKey(home: Home, settings: object): Promise<string> {
  const files = [home.learningsJson, home.learningsJsonl, home.forgotten, home.pinned, home.simulatedPinned, ...(await fateFiles(home))]
  const versions = await Promise.all(files.map(versionOf))
  const parts = versions.map((version) => (version === null ? '-' : `${version.inode} ${version.size} ${version.modifiedNs}`))
  return JSON.stringify([countingVersion, settings, parts])
}

/** The counts kept under this key, or undefined; a damaged cache is as good as none. */
export async function readCachedCounts<Counts>(home: Home, key: string, schema: z.ZodType<Counts>): Promise<Counts | undefined> {
  const text = await readTextIfPresent(cacheFile(home))
  if (text === undefined) return undefined
  const cached = z.object({ key: z.literal(key), counts: schema }).safeParse(parseOrNull(text))
  return cached.success ? cached.data.counts : undefined
}

/** Keeps the counts; a home that can't be written, or a full disk, goes without. */
export async function writeCachedCounts(home: Home, key: string, counts: object): Promise<void> {
  try {
    await writeCacheFile(cacheFile(home), JSON.stringify({ key, counts }))
  } catch (error) {
    if (!(error instanceof GenesisError) || (error.code !== 'GI-HOME-READ-ONLY' && error.code !== 'GI-DISK-FULL')) throw error
  }
}

function cacheFile(home: Home): string {
  return path.join(home.cache, 'learning-counts.json')
}

function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}
