import { rm } from 'node:fs/promises'
import path from 'node:path'
import { GenesisError } from '../errors.ts'
import { readTextIfPresent, writeError, writeFileAtomic } from '../state/files.ts'
import { ownMark } from './unit-text.ts'

export interface PlacedFile {
  path: string
  text: string
}

const readableByAll = 0o644

/**
 * Writes the files. One that stands there and was not written by this program is left alone.
 * @throws GenesisError GI-OUTPUT-EXISTS before anything is written; GI-SERVICE-DENIED
 */
export async function installFiles(files: readonly PlacedFile[]): Promise<void> {
  for (const file of files) {
    const present = await readTextIfPresent(file.path)
    if (present === undefined || present.startsWith(ownMark)) continue
    const remedy = 'Move it away, or keep your own units and skip install-service.'
    throw new GenesisError('GI-OUTPUT-EXISTS', { what: `${file.path} stands there already, and is not of this program.`, remedy })
  }
  for (const { path: place, text } of files) await allowed(place, async () => await writeFileAtomic(place, text, readableByAll))
}

/** Takes away those that this program wrote, and says which. */
export async function removeFiles(places: readonly string[]): Promise<string[]> {
  const removed: string[] = []
  for (const place of places) {
    const present = await readTextIfPresent(place)
    if (present === undefined || !present.startsWith(ownMark)) continue
    await allowed(place, async () => await rm(place))
    removed.push(place)
  }
  return removed
}

async function allowed(place: string, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    const known = writeError(error, place)
    if (!(known instanceof GenesisError) || known.code !== 'GI-HOME-READ-ONLY') throw known
    throw new GenesisError('GI-SERVICE-DENIED', { why: `${path.dirname(place)} cannot be written`, cause: error })
  }
}
