import path from 'node:path'
import { closest } from '../config/suggestion.ts'
import { PinnedItem } from '../dataset/pinned-item.ts'
import { retirementOf } from '../dataset/retired-item.ts'
import type { RetiredItem } from '../dataset/retired-item.ts'
import { GenesisError } from '../errors.ts'
import { countAnew } from '../learnings/state-count.ts'
import { appendLines } from '../state/files.ts'
import type { Home } from '../state/home.ts'
import { withLock } from '../state/lock.ts'
import { readState } from '../state/store.ts'
import { cycleDirectory, listCycles, stepDirectory } from './cycle-directory.ts'
import { offeredItems } from './gate-items.ts'
import { readPinned, readRetired } from './held-out-files.ts'
import { linesAbout } from './lines-about.ts'
import type { Workshop } from './parts.ts'
import { removeFromPinnedSet } from './pinned-set.ts'

export interface Retirement {
  item: RetiredItem
  /** False when it was retired before: then its record stays as it was. */
  retired: boolean
}

/**
 * Takes an item out of the gate for good; its record stays for ever. Its question is neither judged nor trained on again. An item that is missing from
 * the pinned file, or was edited there, can be given up this way too.
 * @throws GenesisError GI-ITEM-UNKNOWN with the id that is nearest
 */
export async function retireItem(workshop: Workshop, asked: string, reason: string): Promise<Retirement> {
  const { home, clock } = workshop
  return await withLock(home, async () => {
    const retired = await readRetired(home.retired)
    const candidates = await judgedItems(home)
    const live = candidates.find(({ id }) => isAsked(id, asked))
    // An id may come back with another question, which is another item.
    const before = live === undefined || retirementOf(retired)(live) ? retired.findLast(({ id }) => isAsked(id, asked)) : undefined
    const found = before ?? live ?? (await fromCycles(home, asked)) ?? unknownItem(asked, candidates)
    const item = before ?? { ...found, retiredAt: clock.now().toISOString(), reason }
    if (before === undefined) await appendLines(home.retired, [JSON.stringify(item)])
    await removeFromPinnedSet(home, ({ id }) => id === item.id)
    await countAnew(home, workshop)
    return { item, retired: before === undefined }
  })
}

/** An item of the user's may be called by the id that it has in the user's file. */
const isAsked = (id: string, asked: string): boolean => id === asked || id === `user-gate:${asked}`

/** What a candidate would be asked now. */
async function judgedItems(home: Home): Promise<PinnedItem[]> {
  const { state } = await readState(home)
  const pinned = await readPinned(home.pinned)
  return [...pinned, ...(await offeredItems(home, state.current_model, pinned))]
}

function unknownItem(asked: string, items: readonly PinnedItem[]): never {
  const near = closest(
    asked,
    items.map(({ id }) => id),
  )
  throw new GenesisError('GI-ITEM-UNKNOWN', { what: `There is no item "${asked}".`, why: near && `perhaps ${near} is meant` })
}

/** The newest copy that a cycle made of an item that the pinned file lost. */
async function fromCycles(home: Home, asked: string): Promise<PinnedItem | null> {
  for (const cycle of (await listCycles(home)).reverse()) {
    const lines = await linesAbout(path.join(stepDirectory(cycleDirectory(home, cycle), 'prepare'), 'pinned.jsonl'), asked)
    for (const line of lines) {
      const item = PinnedItem.safeParse(line)
      if (item.success && item.data.id === asked) return item.data
    }
  }
  return null
}
