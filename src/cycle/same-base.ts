import { GenesisError, systemErrorCode } from '../errors.ts'
import { cachedDigest } from '../state/digest-cache.ts'
import type { Home } from '../state/home.ts'
import type { CycleManifest } from './cycle-directory.ts'

/**
 * A cycle runs with the base it was opened with: answers are cached and releases recorded under that digest.
 * @throws GenesisError GI-BASE-UNREADABLE (temporary: its disk may be away), GI-STEP-FAILED when it is another file now
 */
export async function requireSameBase(home: Home, { base }: Pick<CycleManifest, 'base'>): Promise<void> {
  const digest = await digestOf(home, base.path)
  if (digest === base.digest) return
  throw new GenesisError('GI-STEP-FAILED', {
    what: 'The base model is not the one this cycle was opened with.',
    why: `${base.path} has the digest ${digest.slice(0, 12)}, opened was ${base.digest.slice(0, 12)}`,
    remedy: 'The next cycle takes the new base; "genesis-improve trigger" opens one.',
  })
}

async function digestOf(home: Home, file: string): Promise<string> {
  try {
    return await cachedDigest(home, file)
  } catch (error) {
    const code = systemErrorCode(error)
    if (code === undefined) throw error
    throw new GenesisError('GI-BASE-UNREADABLE', { why: `${file}: ${code}`, temporary: true, cause: error })
  }
}
