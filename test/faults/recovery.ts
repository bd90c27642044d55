import assert from 'node:assert/strict'
import type { Home } from '../../src/state/home.ts'
import { outcomeOf } from '../cycle/outcome.ts'
import { Workplace } from '../cycle/workplace.ts'
import { fingerprintOf } from './fingerprint.ts'
import { leftoversIn } from './leftovers.ts'
import { run } from './program.ts'
import type { Plan } from './program.ts'
import type { Reference } from './reference.ts'

/** Later than any file that a killed process left half written is taken for that of a living one. */
export const minuteMs = 60_000
const later: Plan = { clockMs: 5 * minuteMs }

/**
 * Lets the next calls go on without faults, and asserts that they come to the same end as if there had been none. Once the home is again as it
 * was at some moment of the undisturbed cycle, the rest is the same and is left out, unless the `whole` is wanted.
 */
export async function assertRecovers(
  { around, moments, outcome }: Reference,
  home: Home,
  whole: boolean,
  plan: Plan = later,
): Promise<void> {
  const isAsUndisturbed = (): boolean => moments.some(({ fingerprint }) => fingerprint === fingerprintOf(home))
  const { code, said } = await run(around, home, ['check', '--once'], plan)
  assert.equal(code, 0, `the next check says: ${said}`)
  if (whole || !isAsUndisturbed()) {
    const rest = await run(around, home, ['check', '--until-idle'], plan)
    assert.equal(rest.code, 0, `the check after that says: ${rest.said}`)
    assert.deepEqual(await outcomeOf(new Workplace(home.root)), outcome)
  }
  assert.deepEqual(await leftoversIn(home), [])
}
