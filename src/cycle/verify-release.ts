import path from 'node:path'
import { GenesisError } from '../errors.ts'
import { readRelease } from '../serving/release-files.ts'
import { releaseDirectory } from '../serving/release.ts'
import type { ReleaseRecord } from '../serving/release.ts'
import { checkSums, digestIfPresent, sumsName } from '../serving/sums.ts'
import type { Home } from '../state/home.ts'
import { verifyRecords } from './verify-records.ts'
import type { Findings } from './verify-records.ts'

export interface VerifiedRelease extends Findings {
  name: string
}

/**
 * Reads every file of a release again and compares it with SHA256SUMS, with its record, and with the journal of its cycle.
 * @throws GenesisError GI-RELEASE-UNKNOWN
 */
export async function verifyRelease(home: Home, name: string): Promise<VerifiedRelease> {
  const verified: VerifiedRelease = { name, problems: [], notes: [] }
  const record = await recordOf(home, name, verified)
  await verifyFiles(home, name, record, verified)
  if (record !== null) await verifyRecords(home, record, verified)
  return verified
}

async function recordOf(home: Home, name: string, { problems }: Findings): Promise<ReleaseRecord | null> {
  try {
    const record = await readRelease(home, name)
    if (record === null) throw new GenesisError('GI-RELEASE-UNKNOWN', { what: `There is no release ${name} in this home.` })
    return record
  } catch (error) {
    if (!(error instanceof GenesisError) || error.code !== 'GI-RELEASE-DAMAGED') throw error
    problems.push(error.why ?? error.what)
    return null
  }
}

const weights = 'model.gguf'

async function verifyFiles(home: Home, name: string, record: ReleaseRecord | null, { problems, notes }: Findings): Promise<void> {
  const directory = releaseDirectory(home, name)
  const named = (file: string): string => `data/models/${name}/${file}`
  const sums = await checkSums(directory)
  if (sums === null) {
    notes.push('no sums recorded')
    const found = await digestIfPresent(path.join(directory, weights))
    if (found !== null && record !== null && found !== record.digest) problems.push(`${named(weights)} is not what release.json says`)
    return
  }
  for (const file of sums.differing) problems.push(`${named(file)} is not what ${sumsName} says`)
  // What is pruned, or lies on a server, has no weights here; then nothing beside them matters.
  const areKept = !sums.missing.includes(weights)
  if (!areKept) notes.push('its weights are not kept here')
  else for (const file of sums.missing) problems.push(`${named(file)} is gone`)
  if (record !== null && sums.recorded.get(weights) !== record.digest)
    problems.push(`${named(sumsName)} and ${named('release.json')} name different digests for ${weights}`)
}
