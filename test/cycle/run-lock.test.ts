import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, utimesSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { foresee } from '../../src/cycle/foresee.ts'
import { readStatus } from '../../src/cycle/status.ts'
import { triggerCycle } from '../../src/cycle/trigger.ts'
import { GenesisError } from '../../src/errors.ts'
import { recordLearning } from '../../src/learnings/recording.ts'
import { withLock } from '../../src/state/lock.ts'
import { describeRunner } from '../../src/state/runner.ts'
import { hourMs, readyPlace } from './workplace.ts'

describe('while a check trains', () => {
  test('a second check is told who works, at which step and how far; learn, trigger, status and a dry run answer', async () => {
    const place = readyPlace()
    await place.runUntilNext('train')
    const [cycle = ''] = place.cycles()
    let answered = 0
    place.trainer.faults = {
      afterEach: async (step) => {
        // What is told to others is written once a second at most.
        if (step === 1) await delay(1050)
        if (step !== 2) return
        while ((await describeRunner(place.home))?.progress?.share !== 0.5) await delay(10)
        const locked = await place.checkLocked().catch((error: unknown) => error)
        assert.ok(locked instanceof GenesisError)
        assert.deepEqual([locked.code, locked.exitCode], ['GI-LOCKED', 11])
        for (const part of [`process ${process.pid} `, cycle, 'step train', '50% done', 'step 2 of 4, loss 1.000'])
          assert.ok(locked.why?.includes(part), locked.why)

        const { clock } = place.workshop
        const learned = await withLock(place.home, async () => await recordLearning(place.home, { input: 'a', wanted: 'b' }, clock))
        assert.equal(learned.recorded, true)
        assert.deepEqual(await triggerCycle(place.workshop, place.config), { id: cycle, opened: false })
        const status = await readStatus(place.workshop, place.config)
        assert.deepEqual(
          [status.cycle?.status, status.cycle?.step, status.cycle?.progress?.text],
          ['running', 'train', 'step 2 of 4, loss 1.000'],
        )
        assert.equal(status.trigger_reason, `Cycle ${cycle} is at step train`)
        assert.equal((await foresee(place.workshop, place.config)).step, 'train')
        answered += 1
      },
    }
    const result = await place.checkLocked()
    assert.deepEqual([result.error?.why, result.step, result.outcome, answered], [undefined, 'train', 'finished', 1])
    assert.equal(await describeRunner(place.home), null)
    assert.equal((await place.checkLocked()).step, 'package')
  })
})

test('a check removes what a killed one left half written, before it writes anything itself', async () => {
  const place = readyPlace()
  const { pid: dead } = spawnSync(process.execPath, ['--version'])
  const left = path.join(place.home.data, `.genesis_improvement_state.json.${dead}-0123abcd.tmp`)
  writeFileSync(left, 'half')
  const before = new Date(place.nowMs - hourMs)
  utimesSync(left, before, before)
  assert.equal((await place.checkLocked()).action, 'opened')
  assert.equal(existsSync(left), false)
})
