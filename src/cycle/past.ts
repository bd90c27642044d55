import { listReleases } from '../serving/release-files.ts'
import type { ReleaseRecord } from '../serving/release.ts'
import { readState } from '../state/store.ts'
import { readHistory } from './history.ts'
import type { CycleSummary } from './history.ts'
import type { Workshop } from './parts.ts'

/** Every cycle of a home and every release that was in production, oldest first: what `history` tells. */
export interface Past {
  current_model: string
  cycles: CycleSummary[]
  releases: ReleaseRecord[]
}

/** `unreadable` as in `readHistory`. */
export async function readPast(workshop: Pick<Workshop, 'home'>, unreadable?: (id: string) => void): Promise<Past> {
  const cycles = await readHistory(workshop, unreadable)
  const releases = (await listReleases(workshop.home)).filter(({ deployedAt }) => deployedAt !== null)
  const { state } = await readState(workshop.home)
  return { current_model: state.current_model, cycles, releases }
}
