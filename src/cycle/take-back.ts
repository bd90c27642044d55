import { rm } from 'node:fs/promises'
import type { Config } from '../config/schema.ts'
import { GenesisError } from '../errors.ts'
import type { Serving } from '../serving/port.ts'
import { readRelease, updateRelease } from '../serving/release-files.ts'
import { baseModelName } from '../state/state.ts'
import { cycleDirectory, fatesFile, readManifest, releaseNameOf } from './cycle-directory.ts'
import { freeTraining } from './free-training.ts'
import type { Workshop } from './parts.ts'

/**
 * Undoes what a cycle that is cancelled or has failed did outside its directory. It may have come as far as the switch: then production goes back
 * to the baseline and the learnings lose their fates, as if it had never been. May be repeated.
 */
export async function takeBack(workshop: Workshop, id: string): Promise<void> {
  const { config, baseline } = await readManifest(workshop.home, id)
  await takeBackRelease(workshop, config, id, baseline)
  await freeTraining(cycleDirectory(workshop.home, id))
}

/** The same without reading the cycle's directory. Says whether its release was being served, and `before` is again. May be repeated. */
export async function takeBackRelease(workshop: Workshop, config: Config, id: string, before: string): Promise<boolean> {
  const { home } = workshop
  const { serving } = await workshop.parts(config)
  const release = releaseNameOf(id)
  const wasServed = await freeWeights(serving, release, before)
  await rm(fatesFile(home, id), { force: true })
  const record = await readRelease(home, release)
  if (record !== null && record.deployedAt !== null)
    await updateRelease(home, release, { deployedAt: null, previous: null, verdict: null, improvementScore: null })
  return wasServed
}

async function freeWeights(serving: Serving, release: string, before: string): Promise<boolean> {
  try {
    await serving.discard(release)
    return false
  } catch (error) {
    if (!(error instanceof GenesisError) || error.code !== 'GI-RELEASE-IN-USE') throw error
    await serving.activate(before === baseModelName ? null : before)
    await serving.discard(release)
    return true
  }
}
