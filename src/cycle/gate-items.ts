import { stratumOf } from '../dataset/pinned-item.ts'
import type { PinnedItem } from '../dataset/pinned-item.ts'
import { retirementOf } from '../dataset/retired-item.ts'
import type { RetiredItem } from '../dataset/retired-item.ts'
import type { Stratum } from '../evaluation/item.ts'
import { readItems } from '../evaluation/read-items.ts'
import type { Home } from '../state/home.ts'
import { readState } from '../state/store.ts'
import { readRetired } from './held-out-files.ts'
import type { Workshop } from './parts.ts'
import { readPinnedSet } from './pinned-set.ts'

export interface ListedItem extends Omit<PinnedItem, 'cycle' | 'cluster'> {
  stratum: Stratum
  /** The cycle that pinned it; null for one in data/gate.jsonl that the next cycle will pin. */
  cycle: string | null
}

export interface GateItems {
  /** Of the pinned set; 0 before there is a sealed one. */
  version: number
  digest: string
  items: ListedItem[]
  retired: RetiredItem[]
}

/** What a candidate would be judged by now, and what never is again. Throws GI-HELD-OUT-DAMAGED, GI-ITEMS-INVALID. */
export async function listGateItems({ home }: Pick<Workshop, 'home'>): Promise<GateItems> {
  const { state } = await readState(home)
  const { items: pinned, version, digest } = await readPinnedSet(home)
  const listed = (item: PinnedItem, cycle: string | null): ListedItem => {
    const { cluster: _, ...rest } = item
    return { ...rest, cycle, stratum: stratumOf(item, state.current_model) }
  }
  const offered = await offeredItems(home, state.current_model, pinned)
  return {
    version,
    digest,
    items: [...pinned.map((item) => listed(item, item.cycle)), ...offered.map((item) => listed(item, null))],
    retired: await readRetired(home.retired),
  }
}

/** The user's gate items that the next cycle will pin, as it will; their cycle is not known yet. */
export async function offeredItems(home: Home, release: string, pinned: readonly Pick<PinnedItem, 'id'>[]): Promise<PinnedItem[]> {
  const known = new Set(pinned.map(({ id }) => id))
  const isRetired = retirementOf(await readRetired(home.retired))
  return (await readItems(home.userGate)).items
    .filter((item) => !known.has(`user-gate:${item.id}`) && !isRetired(item))
    .map((item) => ({ ...item, id: `user-gate:${item.id}`, origin: 'user-gate', release, cycle: '', learningIds: [] }))
}
