import { lstat } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { Config } from '../config/schema.ts'
import { GenesisError, systemErrorCode } from '../errors.ts'
import { readTextIfPresent } from '../state/files.ts'
import type { Home } from '../state/home.ts'
import { namesIn } from '../state/names-in.ts'
import type { Step } from './step.ts'

export const cycleIdPattern = /^cycle-\d{8}-\d{6}$/

/** cycle.json: what a cycle was opened with. It runs with this configuration and this base to its end. */
export const CycleManifest = z.object({
  schema_version: z.literal(1),
  id: z.string().regex(cycleIdPattern),
  openedAt: z.string(),
  reason: z.string(),
  manual: z.boolean(),
  config: Config,
  base: z.object({ path: z.string(), digest: z.string(), serverName: z.string().optional() }),
  /** The release in production when the cycle was opened. */
  baseline: z.string(),
  /** Digest of usable learnings, base and configuration when it was opened. */
  fingerprint: z.string(),
  usableLearnings: z.int(),
})
export type CycleManifest = z.infer<typeof CycleManifest>

export function cycleDirectory(home: Home, id: string): string {
  if (!cycleIdPattern.test(id)) throw new GenesisError('GI-CYCLE-UNKNOWN', { what: `"${id}" is not the name of a cycle.` })
  return path.join(home.cycles, id)
}

export const manifestFile = (cycle: string): string => path.join(cycle, 'cycle.json')

/** Where a finished step's files lie. */
export const stepDirectory = (cycle: string, step: Step): string => path.join(cycle, step)

/** Where one attempt at a step writes until it is finished. */
export const attemptDirectory = (cycle: string, step: Step, attempt: number): string => path.join(cycle, `${step}.attempt-${attempt}`)

/** Whether an entry of a cycle's directory is what an attempt at a step left unfinished. */
export const isAttempt = (name: string): boolean => /^[a-z]+\.attempt-\d+$/.test(name)

/** The trainer's own directory: it outlives an attempt, so that its checkpoints serve the next one. */
export const trainingDirectory = (cycle: string): string => path.join(cycle, 'training')

/** While the training runs on another machine: how it stood when it was last asked, in words. */
export const elsewhereFile = (cycle: string): string => path.join(trainingDirectory(cycle), 'elsewhere')

/** Where the fates of the learnings that a cycle collected stand, once it deployed. */
export const fatesFile = (home: Home, id: string): string => path.join(home.fates, `${id}.jsonl`)

/** `cycle-YYYYMMDD-HHMMSS` (UTC). */
export const cycleIdAt = (time: Date): string => `cycle-${time.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-')}`

/** The release a cycle makes bears the cycle's own time. */
export const releaseNameOf = (cycleId: string): string => cycleId.replace('cycle-', 'genesis-')

/** Where a cycle is kept whose records can't be read, hidden from everything but the count of attempts. */
export const damagedDirectory = (home: Home, id: string): string => path.join(home.cycles, `${damagedPrefix}${id}`)

const damagedPrefix = '.damaged-'

/** Ids of all cycles of this home, oldest first. */
export async function listCycles(home: Home): Promise<string[]> {
  return (await namesIn(home.cycles)).filter((name) => cycleIdPattern.test(name)).sort()
}

/** The same with those that were set aside, and where each of them lies. */
export async function listCyclesKept(home: Home): Promise<{ id: string; directory: string }[]> {
  const names = (await namesIn(home.cycles)).filter((name) => cycleIdPattern.test(name.replace(damagedPrefix, '')))
  const kept = names.map((name) => ({ id: name.replace(damagedPrefix, ''), directory: path.join(home.cycles, name) }))
  return kept.sort((left, right) => (left.id < right.id ? -1 : 1))
}

async function isLink(file: string): Promise<boolean> {
  try {
    return (await lstat(file)).isSymbolicLink()
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return false
    throw error
  }
}

/** @throws GenesisError GI-CYCLE-UNKNOWN, GI-JOURNAL-UNREADABLE */
export async function readManifest(home: Home, id: string): Promise<CycleManifest> {
  const directory = cycleDirectory(home, id)
  const file = manifestFile(directory)
  if (await isLink(directory))
    throw new GenesisError('GI-JOURNAL-UNREADABLE', {
      what: 'The directory of a cycle is a link.',
      why: `${directory} would lead out of the home`,
    })
  const text = await readTextIfPresent(file)
  if (text === undefined) throw new GenesisError('GI-CYCLE-UNKNOWN', { what: `There is no cycle ${id} in this home.` })
  try {
    return CycleManifest.parse(JSON.parse(text))
  } catch (error) {
    throw new GenesisError('GI-JOURNAL-UNREADABLE', { why: `${file} is damaged`, cause: error })
  }
}
