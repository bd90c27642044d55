import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { readStatus } from '../../src/cycle/status.ts'
import { GenesisError } from '../../src/errors.ts'
import { updateState } from '../../src/state/store.ts'
import { hourMs, newPlace, readyPlace, startMs, Workplace } from './workplace.ts'

const at = (ms: number): { created_at: string } => ({ created_at: new Date(ms).toISOString() })

/** A home whose first release was deployed after 1,000 outcomes, one of ten a failure, and the outcomes since. */
async function released(settings: object, since: { failures: number; successes: number }): Promise<Workplace> {
  const place = new Workplace(newPlace(), settings)
  place.retain(100)
  for (let round = 0; round < 50; round += 1) {
    place.succeed(18, `keep before ${round}`, at(startMs - (100 - round) * hourMs))
    place.learn(2, `fix ${round}`, at(startMs - (99.5 - round) * hourMs))
  }
  await place.runToEnd()
  assert.equal((await place.state()).last_cycle?.outcome, 'DEPLOY')
  place.nowMs += hourMs
  place.learn(since.failures, 'spoilt', at(place.nowMs))
  place.succeed(since.successes, 'keep since', at(place.nowMs + 1))
  place.nowMs += hourMs
  return place
}

const statusOf = async (place: Workplace): Promise<{ state: string; text: string }> =>
  (await readStatus(place.workshop, place.config)).probation

describe('a release on probation', () => {
  test('that fails far more often, and on what the one before answered right, is rolled back once', async () => {
    const place = await released({ gate: {} }, { failures: 60, successes: 40 })
    const spoils = place.mind
    place.mind = (question, generation) => (question.startsWith('spoilt') ? generation === 0 : spoils(question, generation))
    const { current_model: release } = await place.state()
    assert.equal((await statusOf(place)).state, 'alarm')
    const looked = await place.check()
    assert.deepEqual([looked.action, looked.outcome], ['ran', 'ROLLED_BACK'])
    assert.match(
      looked.explanation,
      /On 60 corrections and 40 accepted answers since, genesis-base is estimated 60\.0 points better .* It was rolled back\./,
    )
    const state = await place.state()
    assert.deepEqual([state.current_model, state.probation?.release, state.probation?.end], ['genesis-base', release, 'rolled-back'])
    assert.equal((await place.check()).outcome, null)
  })

  test('that is no worse on it than the one before stays, with a warning: what people ask has changed', async () => {
    const place = await released({}, { failures: 60, successes: 40 })
    const { current_model: release } = await place.state()
    const looked = await place.check()
    assert.deepEqual([looked.action, looked.outcome], ['ran', 'warned'])
    assert.equal((await place.state()).current_model, release)
    assert.match((await statusOf(place)).text, /^over: .* It stays; what people ask may have changed\.$/)
    const asked = place.runtime.asked.length
    await place.check()
    assert.equal(place.runtime.asked.length, asked, 'it was looked into again')
  })

  test('is weighed by the share of all outcomes, also where only the newest 200 of a kind are asked', async () => {
    const place = await released({ gate: {} }, { failures: 0, successes: 0 })
    for (let round = 0; round < 130; round += 1) {
      place.learn(1, `spoilt ${round}`, at(place.nowMs + 2 * round))
      place.succeed(4, `keep since ${round}`, at(place.nowMs + 2 * round + 1))
    }
    place.nowMs += hourMs
    const { current_model: release } = await place.state()
    // The one before answers 20% of what failed, and loses 6% of what was accepted: 4 points gained and 4.8 lost at a failure share of 20%.
    const numberIn = (question: string): number => Number(/\d+/.exec(question)?.[0])
    place.mind = (question, generation) =>
      question.startsWith('spoilt') ? generation === 0 && numberIn(question) % 5 === 0 : generation > 0 || numberIn(question) % 50 > 2
    const looked = await place.check()
    assert.equal(looked.outcome, 'warned')
    assert.match(looked.explanation, /On 130 corrections and 200 accepted answers since, genesis-base is estimated 0\.\d points worse/)
    assert.equal((await place.state()).current_model, release)
  })

  test('is only warned about, or left alone, where that is configured', async () => {
    for (const [probation, outcome] of [
      ['warn', 'warned'],
      ['off', null],
    ] as const) {
      const place = await released({ gate: { failureShare: 0.2, probation } }, { failures: 60, successes: 40 })
      place.mind = (_question, generation) => generation === 0
      const { current_model: release } = await place.state()
      assert.equal((await place.check()).outcome, outcome)
      assert.equal((await place.state()).current_model, release)
    }
  })

  test('that does as before is watched and left alone', async () => {
    const place = await released({}, { failures: 4, successes: 36 })
    const { state, text } = await statusOf(place)
    assert.equal(state, 'watching')
    assert.match(text, /^watching: evidence \d\.\d of 20 after \d+ outcomes$/)
    assert.equal((await place.check()).outcome, null)
  })

  test('without recorded successes is not watched, and says so', async () => {
    const place = readyPlace()
    assert.match((await statusOf(place)).text, /no release is in production/)
    await place.runToEnd()
    place.nowMs += hourMs
    place.learn(60, 'spoilt', at(place.nowMs))
    assert.equal((await statusOf(place)).text, 'off: no successes recorded')
  })

  test('a rollback that was decided on and not begun is done by the next check', async () => {
    const place = await released({}, { failures: 0, successes: 1 })
    const { current_model: release } = await place.state()
    const decided = { release, at: new Date(place.nowMs).toISOString(), end: 'rolled-back' as const, text: 'It was rolled back.' }
    await updateState(place.home, (state) => ({ ...state, probation: decided }))
    assert.equal((await place.check()).outcome, 'ROLLED_BACK')
    assert.equal((await place.state()).current_model, 'genesis-base')
  })

  test('one that cannot be rolled back ends in a warning, and later checks do their work', async () => {
    const place = await released({}, { failures: 60, successes: 40 })
    place.mind = (_question, generation) => generation === 0
    const { current_model: release } = await place.state()
    const gone = (): Promise<never> => Promise.reject(new GenesisError('GI-RELEASE-WEIGHTS-GONE'))
    place.replace = (parts) => ({ ...parts, serving: { ...parts.serving, activate: gone } })
    const looked = await place.check()
    assert.equal(looked.outcome, 'warned')
    assert.match(looked.explanation, /It could not be rolled back/)
    assert.equal((await place.state()).current_model, release)
    assert.notEqual((await place.check()).outcome, 'warned')
  })
})
