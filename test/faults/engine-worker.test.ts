import assert from 'node:assert/strict'
import { cpSync } from 'node:fs'
import path from 'node:path'
import { after, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { campaignTable, survives } from './campaign.ts'
import { random, tryAll } from './options.ts'

const times = 20
after(() => console.log(campaignTable()))

describe("kill -9 of the real engine's worker", { skip: tryAll ? false : 'takes long and needs the engine: --all' }, async () => {
  if (!tryAll) return
  const { genesis, isWorker, miniatureHome, stagedDigest, startGenesis, state, workersOf } = await import('../engine/home.ts')
  const { workplace } = await import('../engine/setup.ts')

  test(`at ${times} random times of a cycle: the next call goes on to the same release`, async () => {
    const ready = miniatureHome(1)
    const whole = path.join(workplace, 'whole')
    cpSync(ready, whole, { recursive: true })
    const startedMs = performance.now()
    assert.equal(genesis(whole, ['check', '--until-idle']).code, 0)
    const wholeMs = performance.now() - startedMs
    const trials = Array.from({ length: times }, (_, index) => {
      const afterMs = random() * wholeMs
      return {
        at: `after ${Math.round(afterMs)} ms`,
        undergo: async () => {
          const home = path.join(workplace, `home-${index}`)
          cpSync(ready, home, { recursive: true })
          const { child, ended } = startGenesis(home, ['check', '--until-idle'])
          await sleep(afterMs)
          let workers = workersOf(child.pid ?? NaN)
          while (workers.length === 0 && child.exitCode === null) {
            await sleep(20)
            workers = workersOf(child.pid ?? NaN)
          }
          for (const worker of workers) process.kill(worker, 'SIGKILL')
          const { code, stdout, stderr } = await ended
          assert.ok(code === 0 || code === 12, stdout + stderr)
          const next = genesis(home, ['check', '--until-idle'])
          assert.equal(next.code, 0, next.stdout + next.stderr)
          assert.equal(stagedDigest(home), stagedDigest(whole))
          for (const name of ['learnings_since_training', 'training_runs', 'improvement_score'])
            assert.equal(state(home)[name], state(whole)[name])
          assert.ok(!workers.some(isWorker))
          return workers.length > 0
        },
      }
    })
    // The engine trains with all processors.
    await survives("kill -9 of the engine's worker", trials, 1)
  })
})
