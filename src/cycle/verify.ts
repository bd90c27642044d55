import type { Config } from '../config/schema.ts'
import { exitCodes, GenesisError } from '../errors.ts'
import { listReleases, damagedReleases, readRelease } from '../serving/release-files.ts'
import { baseModelName } from '../state/state.ts'
import { readState } from '../state/store.ts'
import type { Workshop } from './parts.ts'
import { readPinnedSet } from './pinned-set.ts'
import type { Findings } from './verify-records.ts'
import { verifyRelease } from './verify-release.ts'
import type { VerifiedRelease } from './verify-release.ts'

/** What `verify` tells: whether everything is what was recorded. */
export interface Verification {
  /** Whether nothing differs; what could not be compared does not count. */
  intact: boolean
  releases: VerifiedRelease[]
  served: Findings
  pinned: Findings
}

/**
 * Compares releases, what is served and the pinned items with what was recorded of them. Changes nothing and takes no lock. `which`: a release,
 * 'all', or the one in production.
 * @throws GenesisError GI-RELEASE-UNKNOWN, and what keeps the serving target from being asked
 */
export async function verify(
  workshop: Workshop,
  config: Config,
  which: { release?: string | undefined; all: boolean },
): Promise<Verification> {
  const { home } = workshop
  const { current_model: current } = (await readState(home)).state
  const one = which.release ?? (current === baseModelName ? [] : current)
  const names = which.all ? await allReleases(workshop) : [one].flat()
  const releases: VerifiedRelease[] = []
  for (const name of names) releases.push(await verifyRelease(home, name))
  const [served, pinned] = [await verifyServed(workshop, config), await verifyPinned(workshop)]
  return { intact: [...releases, served, pinned].every(({ problems }) => problems.length === 0), releases, served, pinned }
}

export const exitCodeOf = ({ intact }: Verification): number => (intact ? exitCodes.done : exitCodes.invalid)

async function allReleases({ home }: Workshop): Promise<string[]> {
  const names = [...(await listReleases(home)), ...(await damagedReleases(home))].map(({ name }) => name)
  return names.sort()
}

/** Whether what answers is the release that the state names, with the digest in its record. */
async function verifyServed(workshop: Workshop, config: Config): Promise<Findings> {
  const { home } = workshop
  const { state } = await readState(home)
  if (state.open_cycle !== null || state.pending_rollback !== null)
    return { problems: [], notes: ['a cycle or a rollback is under way, so what is served may be about to change'] }
  const { serving } = await workshop.parts(config)
  try {
    const served = await serving.served()
    const name = served?.name ?? baseModelName
    if (name !== state.current_model) return { problems: [`${name} is served, recorded is ${state.current_model}`], notes: [] }
    if (served === null) return { problems: [], notes: [] }
    const recorded = (await readRelease(home, name))?.digest
    return { problems: served.digest === recorded ? [] : [`${name} is served with other weights than were recorded`], notes: [] }
  } catch (error) {
    if (!(error instanceof GenesisError) || error.code !== 'GI-RELEASE-DAMAGED') throw error
    return { problems: [error.why ?? error.what], notes: [] }
  }
}

async function verifyPinned({ home }: Workshop): Promise<Findings> {
  try {
    const { items, version } = await readPinnedSet(home)
    return { problems: [], notes: version === 0 && items.length > 0 ? ['no seal recorded'] : [] }
  } catch (error) {
    if (!(error instanceof GenesisError) || error.code !== 'GI-HELD-OUT-DAMAGED') throw error
    return { problems: [error.why === undefined ? error.what : `${error.what} ${error.why}`], notes: [] }
  }
}
