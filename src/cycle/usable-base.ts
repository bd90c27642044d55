import type { Config } from '../config/schema.ts'
import { GenesisError } from '../errors.ts'
import type { FileLocation } from '../runtimes/port.ts'
import { cachedDigest } from '../state/digest-cache.ts'
import { blockersOf } from './blockers.ts'
import type { Workshop } from './parts.ts'

/**
 * The base as it is now, after everything a cycle needs was found to be there.
 * @throws GenesisError GI-BASE-MISSING, GI-BASE-UNREADABLE, or what the first missing part says, before a cycle is opened
 */
export async function usableBase(workshop: Workshop, config: Config): Promise<FileLocation> {
  const [blocker] = await blockersOf(workshop, config)
  if (blocker !== undefined) throw new GenesisError(blocker.code, { what: blocker.what, remedy: blocker.remedy })
  const base = await workshop.base(config)
  if (base === null) throw new GenesisError('GI-BASE-MISSING')
  return { ...base, digest: await cachedDigest(workshop.home, base.path) }
}
