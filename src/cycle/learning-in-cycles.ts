import path from 'node:path'
import { GenesisError } from '../errors.ts'
import { Fate } from '../learnings/fates.ts'
import { listReleases } from '../serving/release-files.ts'
import type { Home } from '../state/home.ts'
import { cycleDirectory, listCycles, releaseNameOf, stepDirectory } from './cycle-directory.ts'
import { readJournal } from './journal.ts'
import { cycleStatus } from './transitions.ts'
import { linesAbout } from './lines-about.ts'

/** What one cycle made of a learning. */
export interface LearningInCycle {
  cycle: string
  /** How the cycle ended; null while it is open. */
  outcome: string | null
  /** Why it did not deploy. */
  outcomeReasons: string[]
  /** Null when the cycle had not decided about it. */
  fate: Fate['fate'] | null
  reason: string | null
  /** Whether it stands in train.jsonl or valid.jsonl. */
  trained: boolean
  /** Items made of it that both models were asked. */
  items: string[]
  /** What the cycle deployed, with the learning in it or judged by it; null when it deployed nothing. */
  release: string | null
  /** When that was; null when it never was in production. */
  deployedAt: string | null
  rolledBackAt: string | null
}

/** Every cycle that collected the learning, oldest first. */
export async function learningInCycles(home: Home, id: string): Promise<LearningInCycle[]> {
  const found: LearningInCycle[] = []
  const releases = await listReleases(home)
  for (const cycle of await listCycles(home)) {
    const directory = cycleDirectory(home, cycle)
    const prepared = stepDirectory(directory, 'prepare')
    const fates = (await linesAbout(path.join(prepared, 'fates.jsonl'), id)).flatMap((line) => Fate.safeParse(line).data ?? [])
    const fate = fates.find((one) => one.id === id)
    // The snapshot is the largest file of a cycle, and a fate says already that the learning was in it.
    if (fate === undefined && !(await isIn(path.join(stepDirectory(directory, 'collect'), 'learnings.jsonl'), id))) continue
    const rows = [
      ...(await linesAbout(path.join(prepared, 'train.jsonl'), id)),
      ...(await linesAbout(path.join(prepared, 'valid.jsonl'), id)),
    ]
    const items = await linesAbout(path.join(prepared, 'pinned.jsonl'), id)
    const { outcome, reasons } = await endOf(directory)
    const release = releases.find(({ name }) => name === releaseNameOf(cycle)) ?? null
    const isDeployed = release !== null && release.deployedAt !== null
    found.push({
      cycle,
      outcome,
      outcomeReasons: outcome === 'DEPLOY' ? [] : reasons,
      fate: fate?.fate ?? null,
      reason: fate?.reason ?? null,
      trained: rows.some((row) => row['id'] === id && row['source'] === 'learning'),
      items: itemsMadeOf(items, id),
      release: isDeployed ? release.name : null,
      deployedAt: isDeployed ? release.deployedAt : null,
      rolledBackAt: isDeployed ? release.rolledBackAt : null,
    })
  }
  return found
}

/** Damage elsewhere in a cycle's records must not keep a learning from being found in it. */
async function endOf(directory: string): Promise<{ outcome: string | null; reasons: string[] }> {
  try {
    const status = cycleStatus(await readJournal(directory))
    return status.status === 'closed' ? { outcome: status.outcome, reasons: status.reasons } : { outcome: null, reasons: [] }
  } catch (error) {
    if (!(error instanceof GenesisError) || error.code !== 'GI-JOURNAL-UNREADABLE') throw error
    return { outcome: null, reasons: [error.what] }
  }
}

async function isIn(file: string, id: string): Promise<boolean> {
  return (await linesAbout(file, id)).some((learning) => learning['id'] === id)
}

/** Ids of the items among these lines that are made of the learning. */
export const itemsMadeOf = (lines: readonly Record<string, unknown>[], id: string): string[] =>
  lines.flatMap(({ id: item, learningIds }) =>
    typeof item === 'string' && Array.isArray(learningIds) && learningIds.includes(id) ? [item] : [],
  )

/** The releases that were trained on it. */
export const releasesWith = (cycles: readonly LearningInCycle[]): string[] =>
  cycles.flatMap(({ trained, release }) => (trained && release !== null ? [release] : []))
