import type { FoundBase } from '../base/find-base.ts'
import type { Config } from '../config/schema.ts'
import { errorTable, GenesisError } from '../errors.ts'
import type { Problem } from '../problem.ts'
import { problemsOfFile } from '../state/checked-file.ts'
import type { Home } from '../state/home.ts'
import type { Workshop } from './parts.ts'

/** Everything that would keep a cycle from running now, in words for the user; empty when one can run. */
export async function blockersOf(workshop: Pick<Workshop, 'home' | 'parts' | 'base'>, config: Config): Promise<Problem[]> {
  const base = await baseOrProblem(workshop, config)
  if (base === null)
    return [{ code: 'GI-BASE-MISSING', what: errorTable['GI-BASE-MISSING'].what, remedy: errorTable['GI-BASE-MISSING'].remedy }]
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

/** A broken line in the user's own items would fail the cycle after it was opened. */
async function itemProblems(home: Home): Promise<Problem[]> {
  const files = { gate: home.userGate, retention: home.userRetention }
  const found: Problem[] = []
  for (const [name, file] of Object.entries(files))
    found.push(...(await problemsOfFile(home, name, file, async () => await readingProblems(file))))
  return found
}

async function readingProblems(file: string): Promise<Problem[]> {
  const { readItems } = await import('../evaluation/read-items.ts')
  try {
    await readItems(file)
    return []
  } catch (error) {
    if (!(error instanceof GenesisError)) throw error
    return [{ code: error.code, what: `${error.what} ${error.why ?? ''}`.trim(), remedy: error.remedy }]
  }
}

async function baseOrProblem(workshop: Pick<Workshop, 'base'>, config: Config): Promise<FoundBase | Problem | null> {
  try {
    return await workshop.base(config)
  } catch (error) {
    if (!(error instanceof GenesisError)) throw error
    return { code: error.code, what: [error.what, error.why].filter(Boolean).join(' '), remedy: error.remedy }
  }
}
