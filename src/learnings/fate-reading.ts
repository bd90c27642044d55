import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { GenesisError, systemErrorCode } from '../errors.ts'
import type { Home } from '../state/home.ts'
import { Fate } from './fates.ts'
import { IdentitySet } from './identity-set.ts'
import { readError } from './open-file.ts'
import { entriesOfLines } from './read-entries.ts'
import { isFields } from './text.ts'

/** The files of fates, one for each cycle that was deployed, oldest first. */
export async function fateFiles(home: Home): Promise<string[]> {
  try {
    const names = await readdir(home.fates)
    return names
      .filter((name) => name.endsWith('.jsonl') && !name.startsWith('.'))
      .sort()
      .map((name) => path.join(home.fates, name))
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return []
    throw readError(error, home.fates)
  }
}

/** The fate of every learning that has one, by identity; the newest counts. Throws GI-STATE-UNREADABLE for a damaged file of fates. */
export async function readFates(home: Home): Promise<Map<string, Fate>> {
  const fates = new Map<string, Fate>()
  for (const file of await fateFiles(home)) {
    for await (const batch of entriesOfLines(file)) {
      for (const { value, position } of batch) {
        const fate = Fate.safeParse(value)
        if (!fate.success) {
          const what = `data/fates/${path.basename(file)} is damaged.`
          throw new GenesisError('GI-STATE-UNREADABLE', { what, why: `line ${position} holds no fate of a learning` })
        }
        fates.set(fate.data.id, fate.data)
      }
    }
  }
  return fates
}

/** Who is not waiting any more: learnings with a fate, and those held out as pinned items. Damaged lines say nothing about anyone. */
export async function readSettledIdentities(home: Home): Promise<{ fated: IdentitySet; pinned: IdentitySet }> {
  const fated = new IdentitySet()
  const pinned = new IdentitySet()
  for (const file of await fateFiles(home)) {
    for await (const batch of entriesOfLines(file)) {
      for (const { value } of batch) if (isFields(value) && typeof value['id'] === 'string') fated.add(value['id'])
    }
  }
  for (const file of [home.pinned, home.simulatedPinned]) {
    for await (const batch of entriesOfLines(file)) {
      for (const { value } of batch) {
        const ids: unknown = isFields(value) ? value['learningIds'] : undefined
        if (Array.isArray(ids)) for (const id of ids as unknown[]) if (typeof id === 'string') pinned.add(id)
      }
    }
  }
  return { fated, pinned }
}
