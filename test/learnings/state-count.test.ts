import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import { learn } from '../../src/learnings/recording.ts'
import type { Home } from '../../src/state/home.ts'
import { defaultState } from '../../src/state/state.ts'
import { systemClock } from '../../src/system/clock.ts'
import { temporaryHome } from './temporary-home.ts'

/** As programs of the earlier system read it. */
const countInState = (home: Home): unknown =>
  (JSON.parse(readFileSync(home.state, 'utf8')) as Record<string, unknown>)['learnings_since_training']

async function learned(home: Home, fields: Parameters<typeof learn>[1]): Promise<string[]> {
  const notices: string[] = []
  const { recorded } = await learn(home, fields, { clock: systemClock, notice: (text) => notices.push(text) })
  assert.equal(recorded, true)
  return notices
}

const list = (...entries: object[]): string => JSON.stringify({ learnings: entries })

describe('the count of learnings in the state file, after one was recorded', () => {
  test("is exact without a check: the owner's file counts too, a repetition and a success do not", async (t) => {
    const home = await temporaryHome(t)
    writeFileSync(home.learningsJson, list({ id: 'a', input: 'q', correction: '1' }, { id: 'b', input: 'r', correction: '2' }))
    await learned(home, { input: 's', wanted: '3' })
    assert.equal(countInState(home), 3)
    await learned(home, { id: 'a', input: 'q', wanted: '1' })
    await learned(home, { kind: 'success', input: 't', wanted: '4' })
    assert.equal(countInState(home), 3)
  })

  test('leaves out what has a fate or is held out', async (t) => {
    const home = await temporaryHome(t)
    writeFileSync(home.learningsJson, list({ id: 'a', input: 'q', correction: '1' }, { id: 'b', input: 'r', correction: '2' }))
    mkdirSync(home.fates)
    writeFileSync(path.join(home.fates, 'cycle-20260301-120000.jsonl'), '{"id":"a","fate":"used"}\n')
    writeFileSync(home.pinned, '{"learningIds":["b"]}\n')
    await learned(home, { input: 's', wanted: '3' })
    assert.equal(countInState(home), 1)
  })

  test('is one more where counting would take long, for a usable learning only; the large file is not read', async (t) => {
    const home = await temporaryHome(t)
    writeFileSync(home.state, JSON.stringify({ ...defaultState, learnings_since_training: 7 }))
    writeFileSync(home.learningsJson, 'x'.repeat(3 << 20))
    await learned(home, { input: 's', wanted: '3' })
    await learned(home, { kind: 'success', input: 't', wanted: '4' })
    assert.equal(countInState(home), 8)
  })

  test("is one more while the owner's file is half written", async (t) => {
    const home = await temporaryHome(t)
    writeFileSync(home.state, JSON.stringify({ ...defaultState, learnings_since_training: 7 }))
    writeFileSync(home.learningsJson, '{"learnings":[')
    assert.deepEqual(await learned(home, { input: 's', wanted: '3' }), [])
    assert.equal(countInState(home), 8)
  })

  test("stays as it was where the state can't be written; the learning is recorded all the same, and that is said", async (t) => {
    const home = await temporaryHome(t)
    writeFileSync(home.state, '{"schema_version":2}')
    const notices = await learned(home, { input: 's', wanted: '3' })
    assert.match(notices.join(), /^The count of learnings in the state file stays as it was until the next check\. .*newer/)
    assert.deepEqual(
      [readFileSync(home.state, 'utf8'), readFileSync(home.learningsJsonl, 'utf8').split('\n').length],
      ['{"schema_version":2}', 2],
    )
  })
})
