import { rm } from 'node:fs/promises'
import { GenesisError } from '../errors.ts'
import type { Serving } from '../serving/port.ts'
import { readRelease, updateRelease } from '../serving/release-files.ts'
import { baseModelName } from '../state/state.ts'
import { cycleDirectory, fatesFile, readManifest, releaseNameOf, trainingDirectory } from './cycle-directory.ts'
import type { Workshop } from './parts.ts'

/**
 * Undoes what a cycle that is cancelled or has failed did outside its directory. It may have come as far as the switch: then production goes back
 * to the baseline and the learnings lose their fates, as if it had never been. May be repeated.
 */
export async function takeBack(workshop: Workshop, id: string): Promise<void> {
  const { home } = workshop
  const { config, baseline } = await readManifest(home, id)
  const { serving } = await workshop.parts(config)
  const release = releaseNameOf(id)
  await freeWeights(serving, release, baseline)
  await rm(fatesFile(home, id), { force: true })
  const record = await readRelease(home, release)
  if (record !== null && record.deployedAt !== null)
    await updateRelease(home, release, { deployedAt: null, previous: null, verdict: null, improvementScore: null })
  await rm(trainingDirectory(cycleDirectory(home, id)), { recursive: true, force: true })
}

async function freeWeights(serving: Serving, release: string, baseline: string): Promise<void> {
  try {
    await serving.discard(release)
  } catch (error) {
    if (!(error instanceof GenesisError) || error.code !== 'GI-RELEASE-IN-USE') throw error
    await serving.activate(baseline === baseModelName ? null : baseline)
    await serving.discard(release)
  }
}
