import { existsSync } from 'node:fs'
import type { Stats } from 'node:fs'
import { lstat, readdir } from 'node:fs/promises'
import path from 'node:path'
import { GenesisError, systemErrorCode } from '../../errors.ts'
import { listReleases } from '../../serving/release-files.ts'
import type { Serving } from '../../serving/port.ts'
import type { Home } from '../../state/home.ts'
import { baseModelName } from '../../state/state.ts'
import { readState } from '../../state/store.ts'
import { cycleDirectory, isAttempt, listCycles, stepDirectory, trainingDirectory } from '../cycle-directory.ts'
import { cycleLogFile } from '../cycle-log.ts'
import { trainingLogs } from '../free-training.ts'
import { readJournal } from '../journal.ts'
import type { JournalEvent } from '../journal.ts'
import type { Workshop } from '../parts.ts'
import { asNumberOrNull } from '../result.ts'
import { stepResults } from '../step-results.ts'
import type { PruneFacts } from './plan.ts'

/** Looks at everything that could be freed. A cycle whose journal can't be read is left alone. */
export async function pruneFacts({ home, clock }: Pick<Workshop, 'home' | 'clock'>, serving: Serving): Promise<PruneFacts> {
  const { state } = await readState(home)
  const served = (await serving.served())?.name ?? (state.current_model === baseModelName ? null : state.current_model)
  const releases: PruneFacts['releases'][number][] = []
  for (const { name, cycle, deployedAt, rolledBackAt, previous } of await listReleases(home)) {
    const present = (await serving.locate(name)) !== null
    const packaged = present ? stepResults((await journalOf(home, cycle)) ?? []).package : undefined
    releases.push({ name, cycle, deployedAt, rolledBackAt, previous, present, bytes: asNumberOrNull(packaged?.['bytes']) ?? 0 })
  }
  return {
    nowMs: clock.now().getTime(),
    openCycle: state.open_cycle,
    served,
    releases,
    cycles: await closedCycles(home),
    cache: await filesBelow(home.cache),
  }
}

async function closedCycles(home: Home): Promise<PruneFacts['cycles'][number][]> {
  const cycles: PruneFacts['cycles'][number][] = []
  for (const id of await listCycles(home)) {
    const closed = (await journalOf(home, id))?.findLast(({ event }) => event === 'closed')
    if (closed === undefined) continue
    const paths = await freeablePaths(cycleDirectory(home, id))
    const files = (await Promise.all(paths.map(async (place) => await filesBelow(place)))).flat()
    cycles.push({ id, closedAtMs: Date.parse(closed.at), bytes: files.reduce((sum, { bytes }) => sum + bytes, 0), paths })
  }
  return cycles
}

/**
 * What of a closed cycle no record needs: `show`, `forget`, the tracing of releases and the levels of later attempts read its journal, and what
 * prepare, evaluate and decide left. The snapshot of the learnings goes only where prepare says of each what became of it.
 */
async function freeablePaths(cycle: string): Promise<string[]> {
  const isPrepared = existsSync(path.join(stepDirectory(cycle, 'prepare'), 'fates.jsonl'))
  const attempts = (await readdir(cycle)).filter(isAttempt).map((name) => path.join(cycle, name))
  const snapshots = [...(isPrepared ? ['learnings.jsonl'] : []), 'corpus.jsonl'].map((name) =>
    path.join(stepDirectory(cycle, 'collect'), name),
  )
  const steps = [stepDirectory(cycle, 'train'), stepDirectory(cycle, 'package'), trainingDirectory(cycle)]
  return [cycleLogFile(cycle), ...trainingLogs(cycle), ...snapshots, ...steps, ...attempts].filter((place) => existsSync(place))
}

async function journalOf(home: Home, cycle: string): Promise<JournalEvent[] | null> {
  try {
    return await readJournal(cycleDirectory(home, cycle))
  } catch (error) {
    if (error instanceof GenesisError) return null
    throw error
  }
}

/** All files at or below a place, with their names from there; none where nothing is. What is being written still is left out. */
async function filesBelow(place: string): Promise<PruneFacts['cache'][number][]> {
  const names = (await isDirectory(place)) ? (await readdir(place, { recursive: true })).filter((name) => !/(^|[\\/])\./.test(name)) : ['']
  const files: PruneFacts['cache'][number][] = []
  for (const name of names) {
    const found = await lstatIfPresent(path.join(place, name))
    if (found !== null && !found.isDirectory()) files.push({ name, modifiedMs: found.mtimeMs, bytes: found.size })
  }
  return files
}

const isDirectory = async (place: string): Promise<boolean> => (await lstatIfPresent(place))?.isDirectory() ?? false

async function lstatIfPresent(place: string): Promise<Stats | null> {
  try {
    return await lstat(place)
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return null
    throw error
  }
}
