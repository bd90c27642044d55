import { rename } from 'node:fs/promises'
import type { Config } from '../config/schema.ts'
import { GenesisError, systemErrorCode } from '../errors.ts'
import { countLearnings } from '../learnings/counting.ts'
import { listReleases, updateRelease } from '../serving/release-files.ts'
import type { ReleaseRecord } from '../serving/release.ts'
import type { Home } from '../state/home.ts'
import { baseModelName } from '../state/state.ts'
import { readState, updateState } from '../state/store.ts'
import { announceRollback } from './announce.ts'
import { closeCycle, madeFrom, recordClosed } from './close.ts'
import { cycleDirectory, fatesFile, readManifest } from './cycle-directory.ts'
import { countHeldOutBy } from './held-out-by.ts'
import { readJournal } from './journal.ts'
import type { Workshop } from './parts.ts'
import { asNumberOrNull } from './result.ts'
import { rollbackIntended, rollbackWithdrawn, rolledBack } from './state-changes.ts'
import type { Undone } from './state-changes.ts'
import { stepResults } from './step-results.ts'
import { cycleStatus } from './transitions.ts'

export interface RolledBack {
  from: string
  to: string
}

/**
 * Gives production back to an earlier release (the one before the current one, unless named) and the release's learnings back to
 * waiting. An open cycle is cancelled: it was judged against the release that goes. The caller holds the run lock.
 * @throws GenesisError GI-NOTHING-TO-ROLL-BACK, GI-RELEASE-UNKNOWN, GI-RELEASE-WEIGHTS-GONE
 */
export async function rollback(workshop: Workshop, config: Config, target: string | undefined): Promise<RolledBack> {
  const { home, clock } = workshop
  const { state } = await readState(home)
  const from = state.current_model
  if (from === baseModelName) throw new GenesisError('GI-NOTHING-TO-ROLL-BACK')
  const releases = await listReleases(home)
  const to = target ?? releases.find(({ name }) => name === from)?.previous ?? baseModelName
  if (to === from) throw new GenesisError('GI-NOTHING-TO-ROLL-BACK', { what: `${to} is being served already.` })
  if (to !== baseModelName) {
    if (!releases.some(({ name }) => name === to)) throw new GenesisError('GI-RELEASE-UNKNOWN', { what: `There is no release ${to}.` })
    const { serving } = await workshop.parts(config)
    if ((await serving.locate(to)) === null)
      throw new GenesisError('GI-RELEASE-WEIGHTS-GONE', { what: `The weights of ${to} are no longer kept.` })
  }
  if (releasesBetween(releases, from, to).at(-1)?.previous !== to)
    throw new GenesisError('GI-RELEASE-UNKNOWN', { what: `${to} was not in production before ${from}.` })
  await updateState(home, (current) => rollbackIntended(current, from, to, clock.now().toISOString()))
  await finishRollback(workshop, config)
  return { from, to }
}

/** Does what the state says is intended; every part of it may be repeated. */
export async function finishRollback(workshop: Workshop, config?: Config): Promise<void> {
  const { home } = workshop
  const { state } = await readState(home)
  const pending = state.pending_rollback
  if (pending === null) return
  const undone = releasesBetween(await listReleases(home), pending.from, pending.to)
  const [newest] = undone
  if (newest === undefined) throw new GenesisError('GI-RELEASE-UNKNOWN', { what: `There is no release ${pending.from}.` })
  await activate(workshop, config ?? (await readManifest(home, newest.cycle)).config, pending.to)
  if (state.open_cycle !== null) await cancelOpen(workshop, state.open_cycle, pending.from)
  for (const release of undone) {
    await updateRelease(home, release.name, { rolledBackAt: pending.at })
    await giveBack(fatesFile(home, release.cycle))
  }
  const change = await undoneBy(home, undone)
  const { waiting } = await countLearnings(home)
  await updateState(home, (current) => rolledBack(current, change, waiting), workshop)
  await announceRollback(workshop, pending.from, pending.to)
}

/** What a rollback of these releases, newest first, takes back. */
export async function undoneBy(home: Home, undone: readonly ReleaseRecord[]): Promise<Undone> {
  const cycles = undone.map(({ cycle }) => cycle)
  const [newest = ''] = cycles
  const made = await madeFrom({ home }, newest)
  const before = stepResults(await readJournal(cycleDirectory(home, cycles.at(-1) ?? ''))).decide?.['baselineAccuracy']
  return { ...made, newlyPinned: await countHeldOutBy(home, cycles), improvementScore: asNumberOrNull(before) }
}

/** A target that can't be served, now or later, ends the rollback: production stays as it was, and the next check must not stumble over it. */
async function activate(workshop: Workshop, config: Config, to: string): Promise<void> {
  const { serving } = await workshop.parts(config)
  try {
    await serving.activate(to === baseModelName ? null : to)
  } catch (error) {
    if (error instanceof GenesisError && !error.temporary) await updateState(workshop.home, rollbackWithdrawn)
    throw error
  }
}

/** A crash may have come after it was closed in its journal. */
async function cancelOpen(workshop: Workshop, id: string, from: string): Promise<void> {
  if (cycleStatus(await readJournal(cycleDirectory(workshop.home, id))).status === 'closed') await recordClosed(workshop, id)
  else await closeCycle(workshop, id, 'CANCELLED', [`${from} was rolled back while the cycle was open`])
}

/** The releases that go when production returns from one to an earlier one: newest first, the earlier one left out. */
export function releasesBetween(releases: readonly ReleaseRecord[], from: string, to: string): ReleaseRecord[] {
  const undone: ReleaseRecord[] = []
  let name: string | null = from
  while (name !== null && name !== to) {
    const release = releases.find((candidate) => candidate.name === name)
    if (release === undefined) break
    undone.push(release)
    name = release.previous
  }
  return undone
}

/** Learnings whose fate no longer stands are waiting again. The record of it is kept. */
async function giveBack(fates: string): Promise<void> {
  try {
    await rename(fates, `${fates}.rolled-back`)
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT') throw error
  }
}
