import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { describe, test } from 'node:test'
import { ownSets } from '../../src/cycle/own-sets.ts'
import { testArtefacts } from '../../src/cycle/self-test-artefacts.ts'
import { GenesisError } from '../../src/errors.ts'
import { readyPlace } from './workplace.ts'
import type { Workplace } from './workplace.ts'

/** A home whose cycle has come as far as its items. */
async function preparedPlace(): Promise<Workplace> {
  const place = readyPlace()
  for (let check = 0; check < 3; check += 1) await place.check()
  return place
}
const tried = async (place: Workplace) => await testArtefacts(place.workshop, place.config, await ownSets(place.workshop, place.config))

describe('the gate over real artefacts', () => {
  test('sees no difference between the model and itself, refuses the noisy copy, and leaves nothing behind', async () => {
    const place = await preparedPlace()
    // A model that knows nothing any more.
    place.mind = (question, generation) => generation === 0 && question.startsWith('keep')
    const kept = readdirSync(place.home.cache)
    const { itself, noisy, passed } = await tried(place)
    assert.deepEqual([itself.verdict, itself.reasons.map(({ code }) => code), passed], ['ABSTAIN', ['no-difference'], true])
    assert.equal(noisy.verdict, 'REFUSE')
    assert.deepEqual([noisy.strata.retention.losses, noisy.strata.gate.n], [100, 40])
    assert.deepEqual(readdirSync(place.home.cache), kept)
  })

  test('does not pass when the runtime answers otherwise the second time', async () => {
    const place = await preparedPlace()
    let asked = 0
    place.mind = (question, generation) => generation === 0 && question.startsWith('keep') && (asked += 1) !== 150
    const { itself, passed } = await tried(place)
    assert.deepEqual([itself.strata.retention.losses, passed], [1, false])
  })

  test('needs items to judge by', async () => {
    await assert.rejects(
      tried(readyPlace()),
      (error: unknown) => error instanceof GenesisError && error.code === 'GI-GATE-DATA' && /no cycle/.test(error.why ?? ''),
    )
  })
})
