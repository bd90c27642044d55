import { z } from 'zod'
import { PinnedItem } from '../dataset/pinned-item.ts'
import { GenesisError } from '../errors.ts'
import { parseJson } from '../evaluation/json-equal.ts'
import { digestText, readTextIfPresent, writeFileAtomic } from '../state/files.ts'
import type { Home } from '../state/home.ts'
import { readPinned } from './held-out-files.ts'

const Digests = z.record(z.string(), z.string())

/** data/pinned-set.json: which items data/pinned.jsonl must hold, each with its digest. */
const PinnedSeal = z.object({
  schema_version: z.literal(1),
  /** Counts the changes of the set. */
  version: z.int().min(1),
  items: Digests,
  /** What is being written: a crash may leave the file as it was or as it is to be. */
  pending: Digests.optional(),
})
type PinnedSeal = z.infer<typeof PinnedSeal>

export interface PinnedSet {
  items: PinnedItem[]
  /** 0 in a home whose set was made by a version that sealed none. */
  version: number
  /** SHA-256 over ids and digests of all items, hexadecimal. */
  digest: string
}

/**
 * The pinned items, as they were written.
 * @throws GenesisError GI-HELD-OUT-DAMAGED naming each item that is missing, was edited or was added by another hand
 */
export async function readPinnedSet(home: Home): Promise<PinnedSet> {
  const items = await readPinned(home.pinned)
  const seal = await readSeal(home)
  const found = digestsOf(items)
  if (seal !== null) requireSame(home, sealedItems(seal, found), found)
  return { items, version: seal?.version ?? 0, digest: setDigest(found) }
}

/** Writes the whole set; nothing when it is the same. The caller holds data/.lock. */
export async function writePinnedSet(home: Home, items: readonly PinnedItem[]): Promise<void> {
  await write(home, items, digestsOf(items), await readSeal(home))
}

/**
 * Takes items out of the set; gives their ids. What else is wrong with the file stays wrong, so that it is still found. The caller holds data/.lock.
 */
export async function removeFromPinnedSet(home: Home, isRemoved: (item: Pick<PinnedItem, 'id' | 'learningIds'>) => boolean): Promise<void> {
  const items = await readPinned(home.pinned)
  const seal = await readSeal(home)
  const kept = items.filter((item) => !isRemoved(item))
  const known = new Set(items.map(({ id }) => id))
  const found = digestsOf(items)
  const sealed = Object.entries(seal === null ? found : sealedItems(seal, found))
  const gone = new Set(items.filter(isRemoved).map(({ id }) => id))
  const left = sealed.filter(([id]) => !gone.has(id) && (known.has(id) || !isRemoved({ id, learningIds: [] })))
  await write(home, kept, Object.fromEntries(left), seal)
}

async function write(home: Home, items: readonly PinnedItem[], digests: PinnedSeal['items'], before: PinnedSeal | null): Promise<void> {
  const lines = items.map((item) => `${JSON.stringify(item)}\n`).join('')
  const isWritten = ((await readTextIfPresent(home.pinned)) ?? '') === lines
  if (isWritten && before !== null && before.pending === undefined && setDigest(before.items) === setDigest(digests)) return
  const writeSeal = async (seal: PinnedSeal): Promise<void> => await writeFileAtomic(home.pinnedSet, `${JSON.stringify(seal, null, 2)}\n`)
  if (before !== null) await writeSeal({ ...before, pending: digests })
  if (!isWritten) await writeFileAtomic(home.pinned, lines)
  if (before !== null || items.length > 0) await writeSeal({ schema_version: 1, version: (before?.version ?? 0) + 1, items: digests })
}

/** What the file must hold: after a crash in the midst of writing what was being written, if that is there. */
const sealedItems = ({ items, pending }: PinnedSeal, found: PinnedSeal['items']): PinnedSeal['items'] =>
  pending !== undefined && setDigest(pending) === setDigest(found) ? pending : items

async function readSeal(home: Home): Promise<PinnedSeal | null> {
  const text = await readTextIfPresent(home.pinnedSet)
  if (text === undefined) return null
  const seal = PinnedSeal.safeParse(parseJson(text))
  if (seal.success) return seal.data
  const remedy = 'Restore it from a backup. Without one, compare data/pinned.jsonl with the newest prepare/pinned.jsonl, then remove it.'
  throw new GenesisError('GI-HELD-OUT-DAMAGED', { what: `${home.pinnedSet} is damaged.`, why: 'it is no seal of a pinned set', remedy })
}

const shownItems = 5

function requireSame(home: Home, sealed: Record<string, string>, found: Record<string, string>): void {
  const missing = Object.keys(sealed).filter((id) => found[id] === undefined)
  const edited = Object.keys(sealed).filter((id) => found[id] !== undefined && found[id] !== sealed[id])
  const added = Object.keys(found).filter((id) => sealed[id] === undefined)
  const problems = [
    ...missing.map((id) => `the item ${id} is missing`),
    ...edited.map((id) => `the item ${id} was edited`),
    ...added.map((id) => `the item ${id} was added by another hand`),
  ]
  if (problems.length === 0) return
  const more = problems.length > shownItems ? [`and ${problems.length - shownItems} more`] : []
  throw new GenesisError('GI-HELD-OUT-DAMAGED', {
    what: `${home.pinned} is not as it was written.`,
    why: [...problems.slice(0, shownItems), ...more].join('; '),
    remedy: 'Restore it from a backup, or give an item up with "genesis-improve gate retire ITEM --reason TEXT".',
  })
}

/** Parsed again, so that the order of the fields is that of what is read. */
const digestsOf = (items: readonly PinnedItem[]): Record<string, string> =>
  Object.fromEntries(items.map((item) => [item.id, digestText(JSON.stringify(PinnedItem.parse(item)))]))

const setDigest = (digests: Record<string, string>): string =>
  digestText(
    Object.entries(digests)
      .map(([id, digest]) => `${id} ${digest}\n`)
      .sort()
      .join(''),
  )
