import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { rollback } from '../../src/cycle/rollback.ts'
import { forgetful, readyPlace } from './workplace.ts'
import type { Workplace } from './workplace.ts'

const toldTo = (place: Workplace): string[] =>
  place.told.map(({ hook, step, outcome }) => [hook, step ?? outcome].filter(Boolean).join(' '))

describe('hooks', () => {
  test('hear of the beginning, of each step, of the deployment, and of its being taken back', async () => {
    const place = readyPlace()
    await place.runToEnd()
    const steps = ['collect', 'prepare', 'train', 'package', 'evaluate', 'decide', 'deploy', 'conclude'].map((step) => `after_step ${step}`)
    assert.deepEqual(toldTo(place), ['before_cycle', ...steps, 'on_deploy DEPLOY'])
    const [cycle = ''] = place.cycles()
    const deployed = place.told.at(-1)
    assert.deepEqual([deployed?.cycle, deployed?.model], [cycle, cycle.replace('cycle-', 'genesis-')])
    await rollback(place.workshop, place.config, undefined)
    assert.equal(toldTo(place).at(-1), 'on_rollback ROLLED_BACK')
    assert.match(place.told.at(-1)?.reasons[0] ?? '', /genesis-base is served again/)
  })

  test('hear of a refusal with its reasons', async () => {
    const place = readyPlace()
    place.mind = forgetful
    await place.runToEnd()
    const last = place.told.at(-1)
    assert.deepEqual([last?.hook, last?.outcome], ['on_refuse', 'REFUSE'])
    assert.ok((last?.reasons.length ?? 0) > 0)
  })

  test('before_cycle ends the cycle when it fails: nothing was trained, and the reason is kept', async () => {
    const place = readyPlace()
    const tell = place.hook
    place.hook = async (event) => {
      await tell(event)
      return event.hook === 'before_cycle' ? 'it ended with status 3' : null
    }
    await place.check()
    const result = await place.check()
    assert.deepEqual([result.action, result.outcome, result.error?.code], ['failed', 'FAILED', 'GI-STEP-FAILED'])
    assert.match(result.error?.why ?? '', /before_cycle: it ended with status 3/)
    assert.deepEqual(toldTo(place), ['before_cycle', 'on_failure FAILED'])
    assert.equal((await place.state()).learnings_since_training, 100)
  })

  test('no other hook changes what happens: what it says is passed on', async () => {
    const place = readyPlace()
    place.hook = (event) => Promise.resolve(event.hook === 'before_cycle' ? null : 'it took too long')
    await place.runToEnd()
    assert.equal((await place.state()).last_cycle?.outcome, 'DEPLOY')
    assert.ok(place.notices.includes('The hook on_deploy failed: it took too long'))
    assert.equal(place.notices.filter((text) => text.startsWith('The hook after_step failed')).length, 8)
  })
})
