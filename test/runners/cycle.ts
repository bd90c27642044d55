import assert from 'node:assert/strict'
import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { cancelCycle } from '../../src/cycle/cancel.ts'
import { readStatus } from '../../src/cycle/status.ts'
import { packageRoot } from '../../src/system/package-root.ts'
import { commandTrainer } from '../../src/trainers/command.ts'
import { readyPlace } from '../cycle/workplace.ts'
import type { Workplace } from '../cycle/workplace.ts'

const tsx = import.meta.resolve('tsx')

/** A home whose cycles train by a program that runs there; it is held up until `go` is called. */
function placeTraining(runner: { directory: string }): { place: Workplace; go: () => void; starts: () => number } {
  const place = readyPlace()
  const { root } = place.home
  const program = path.join(root, 'train.sh')
  const script = path.join(packageRoot(), 'test', 'fakes', 'training-program.ts')
  const waiting = `echo '{"step":1,"total":9,"loss":2}'; while [ ! -f ${root}/go ]; do sleep 0.1; done`
  writeFileSync(program, `#!/bin/sh\necho start >>${root}/counter\n${waiting}\nexec ${process.execPath} --import ${tsx} ${script}\n`)
  chmodSync(program, 0o755)
  place.config.trainer = { ...place.config.trainer, kind: 'command', command: { program, args: [], environment: [] } }
  place.config.trainer.runner = { ...place.config.trainer.runner, ...runner, costPerHour: 3600 }
  place.replace = (parts) => ({ ...parts, trainer: commandTrainer(place.config.trainer, { homeRoot: root }) })
  return {
    place,
    go: () => writeFileSync(path.join(root, 'go'), ''),
    starts: () => readFileSync(path.join(root, 'counter'), 'utf8').split('\n').length - 1,
  }
}

/** Whole cycles with the program of the trainer "command", run by the runner of the configuration. */
export function describeCycles(title: string, runner: { directory: string }): void {
  describe(`a cycle that trains ${title}`, () => {
    test('waits while the training runs, says so, and deploys what it made; trained once', async () => {
      const { place, go, starts } = placeTraining(runner)
      await place.runUntilNext('train')
      const waiting = await place.check()
      assert.deepEqual([waiting.action, waiting.waitingFor, waiting.step, waiting.next], ['waiting', 'remote', 'train', 'train'])
      while (!/step 1 of 9/.test((await place.check()).explanation)) await sleep(200)
      const { cycle } = await readStatus(place.workshop, place.config)
      assert.equal(cycle?.waiting_for?.waitingFor, 'remote')
      assert.match(cycle?.waiting_for?.explanation ?? '', /^the training runs on .*: step 1 of 9, loss 2\.000/)
      go()
      while ((await place.check()).action === 'waiting') await sleep(500)
      const done = await place.runToEnd()
      assert.equal(done.at(-1)?.outcome, 'DEPLOY')
      assert.equal(starts(), 1)
      const [id = ''] = place.cycles()
      const trained = place.events(id).find((event) => event.event === 'step-finished' && event.step === 'train')
      const { result } = trained as unknown as { result: { durationMs: number; details: { place: string; cost: number } } }
      // An hour costs 3600, so a second costs 1.
      assert.equal(result.details.cost, result.durationMs / 1000)
      assert.deepEqual(readdirSync(path.join(runner.directory, 'jobs')), [])
    })

    test('is cancelled while it trains: the training there ends, and nothing of it is left', async () => {
      const { place } = placeTraining(runner)
      await place.runUntilNext('train')
      await place.check()
      assert.equal((await cancelCycle(place.workshop, place.config, undefined)).closed, true)
      assert.equal((await place.state()).last_cycle?.outcome, 'CANCELLED')
      assert.deepEqual(readdirSync(path.join(runner.directory, 'jobs')), [])
      assert.deepEqual(place.notices, [])
    })
  })
}
