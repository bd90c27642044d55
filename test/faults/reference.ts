import { fingerprintOf } from './fingerprint.ts'
import { copyOf, readyHome } from './homes.ts'
import { run } from './program.ts'
import type { Operation } from './program.ts'
import type { Surroundings } from './surroundings.ts'
import type { Home } from '../../src/state/home.ts'
import { Workplace } from '../cycle/workplace.ts'
import { outcomeOf } from '../cycle/outcome.ts'

/** One call of `check --once` of a cycle that nothing disturbs. */
export interface Moment {
  /** The step that it did, or "open", or "rest" for the last call, which has nothing to do. */
  name: string
  /** The home before it. */
  before: Home
  operations: Operation[]
  /** Of the home after it. */
  fingerprint: string
}

export interface Reference {
  around: Surroundings
  moments: Moment[]
  /** How it ends, without times. */
  outcome: object
}

interface CheckDocument {
  action: string
  step: string | null
}

/** A whole cycle without a fault, from its opening until nothing is due. */
export async function undisturbedCycle(around: Surroundings): Promise<Reference> {
  const home = readyHome(around)
  const moments: Moment[] = []
  for (;;) {
    const before = copyOf(home, around)
    const { code, said, operations } = await run(around, home, ['check', '--once', '--json'], { record: true })
    if (code !== 0) throw new Error(`the undisturbed cycle ended with ${code}: ${said}`)
    const { action, step } = documentIn(said)
    moments.push({ name: step ?? (action === 'opened' ? 'open' : 'rest'), before, operations, fingerprint: fingerprintOf(home) })
    if (action === 'none') return { around, moments, outcome: await outcomeOf(new Workplace(home.root)) }
  }
}

/** The one document on standard output; what goes before it is progress. */
const documentIn = (said: string): CheckDocument => JSON.parse(said.slice(said.indexOf('{'))) as CheckDocument
