import { access, constants } from 'node:fs/promises'
import { resolvedBase } from '../config/load-config.ts'
import type { Config } from '../config/schema.ts'
import { errorTable } from '../errors.ts'
import type { Problem } from '../problem.ts'
import type { Workshop } from './parts.ts'

/** Everything that would keep a cycle from running now, in words for the user; empty when one can run. */
export async function blockersOf(workshop: Pick<Workshop, 'home' | 'parts'>, config: Config): Promise<Problem[]> {
  const base = resolvedBase(config, workshop.home.root)
  if (base === null) return [problem('GI-BASE-MISSING')]
  try {
    await access(base, constants.R_OK)
  } catch {
    return [{ ...problem('GI-BASE-UNREADABLE'), what: `The base model ${base} cannot be read.` }]
  }
  const { corpus, trainer, runtime, serving } = await workshop.parts(config)
  const found = [
    ...(await trainer.preflight({ path: base })),
    ...(await runtime.preflight()),
    ...(await serving.preflight()),
    ...(await corpus.preflight()),
  ]
  return found.filter((one, index) => found.findIndex(({ what }) => what === one.what) === index)
}

const problem = (code: 'GI-BASE-MISSING' | 'GI-BASE-UNREADABLE'): Problem => ({
  code,
  what: errorTable[code].what,
  remedy: errorTable[code].remedy,
})
