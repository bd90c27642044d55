import { existsSync } from 'node:fs'
import type { FoundBase } from '../base/find-base.ts'
import type { Config } from '../config/schema.ts'
import { GenesisError } from '../errors.ts'
import { problemOf } from '../problem.ts'
import type { Problem } from '../problem.ts'
import { problemsOfFile } from '../state/checked-file.ts'
import type { Home } from '../state/home.ts'
import type { Workshop } from './parts.ts'

/** Everything that would keep a cycle from running now, in words for the user; empty when one can run. */
export async function blockersOf(workshop: Pick<Workshop, 'home' | 'parts' | 'base'>, config: Config): Promise<Problem[]> {
  const base = await baseOrProblem(workshop, config)
  if ('code' in base) return [base]
  const { corpus, trainer, runtime, serving } = await workshop.parts(config)
  const found = [
    ...(await trainer.preflight(base)),
    ...(await runtime.preflight()),
    ...(await serving.preflight()),
    ...(await corpus.preflight()),
    ...(await itemProblems(workshop.home)),
  ]
  return found.filter((one, index) => found.findIndex(({ what }) => what === one.what) === index)
}

/** A broken line in the user's own items, or in what is held out, would fail the cycle after it was opened. */
async function itemProblems(home: Home): Promise<Problem[]> {
  const found: Problem[] = []
  for (const [name, file, read] of filesRead(home))
    found.push(...(await problemsOfFile(home, name, file, async () => await readingProblems(file, read))))
  // A file that is gone has no identity to remember what was found by.
  if (existsSync(home.pinnedSet) && !existsSync(home.pinned))
    found.push(...(await readingProblems(home.pinned, async () => (await import('./pinned-set.ts')).readPinnedSet(home))))
  return found
}

const filesRead = (home: Home) =>
  [
    ['gate', home.userGate, async (file) => (await import('../evaluation/read-items.ts')).readItems(file)],
    ['retention', home.userRetention, async (file) => (await import('../evaluation/read-items.ts')).readItems(file)],
    ['pinned', home.pinned, async () => (await import('./pinned-set.ts')).readPinnedSet(home)],
    ['pinned-simulated', home.simulatedPinned, async (file) => (await import('./held-out-files.ts')).readPinned(file)],
    ['holdout', home.holdoutDecisions, async (file) => (await import('./held-out-files.ts')).readDecisions(file)],
  ] satisfies [string, string, (file: string) => Promise<unknown>][]

async function readingProblems(file: string, read: (file: string) => Promise<unknown>): Promise<Problem[]> {
  try {
    await read(file)
    return []
  } catch (error) {
    if (!(error instanceof GenesisError)) throw error
    return [problemOf(error)]
  }
}

/** The configured base, or why there is none that can be read. */
export async function baseOrProblem(workshop: Pick<Workshop, 'base'>, config: Config): Promise<FoundBase | Problem> {
  try {
    return (await workshop.base(config)) ?? problemOf(new GenesisError('GI-BASE-MISSING'))
  } catch (error) {
    if (!(error instanceof GenesisError)) throw error
    return problemOf(error)
  }
}
