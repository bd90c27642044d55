import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { after, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { campaignTable, survives } from './campaign.ts'
import { inCopyOf } from './homes.ts'
import { chosen } from './options.ts'
import { start } from './program.ts'
import { ServedCycle } from './served-cycle.ts'
import { makeSurroundings } from './surroundings.ts'
import { misdeeds } from './unruly-proxy.ts'

const around = await makeSurroundings()
const cycle = new ServedCycle(around)
await cycle.start()
after(async () => {
  await cycle.stop()
  rmSync(around.directory, { recursive: true, force: true })
  console.log(campaignTable())
})

const requests = cycle.moments.flatMap((moment) => Array.from({ length: moment.requests }, (_, index) => ({ moment, at: index + 1 })))
const operations = cycle.moments.flatMap((moment) => moment.operations.map((operation) => ({ moment, operation })))
/** Whoever called the program waits so long for one that does not come back, and then stops it. */
const patienceMs = 500

describe('a cycle with an Ollama server comes to the same end', () => {
  for (const misdeed of misdeeds)
    test(`when it does this at any request: ${misdeed}`, async () => {
      const trials = chosen(requests, 2).map(({ moment, at }) => ({
        at: `${misdeed} at request ${at} of ${moment.name}`,
        undergo: () =>
          inCopyOf(moment.before, around, async (home) => {
            await cycle.serve(moment.held)
            const { child, ended } = start(around, home, ['check', '--once'])
            cycle.proxy.arm(misdeed, at, () => {
              if (misdeed === 'hang') void sleep(patienceMs, undefined, { ref: false }).then(() => child.kill('SIGTERM'))
            })
            const { code, signal, said } = await ended
            assert.ok([0, 10, 12, 130].includes(code ?? NaN), `it ended with ${signal ?? code}: ${said}`)
            const isStruck = cycle.proxy.requests >= at
            await cycle.assertRecovers(home)
            return isStruck
          }),
      }))
      // One server, so one at a time.
      await survives(`Ollama: ${misdeed}`, trials, 1)
    })

  test('after kill -9 before anything is sent or received', async () => {
    const network = operations.filter(({ operation: { operation } }) => ['connect', 'send', 'receive'].includes(operation))
    const trials = chosen(network, 4).map(({ moment, operation: { number, operation } }) => ({
      at: `kill before ${operation} ${number} of ${moment.name}`,
      undergo: () =>
        inCopyOf(moment.before, around, async (home) => {
          await cycle.serve(moment.held)
          const { signal } = await cycle.check(home, { what: 'kill', at: number })
          await cycle.assertRecovers(home)
          return signal === 'SIGKILL'
        }),
    }))
    await survives('Ollama: kill -9 at the network', trials, 1)
  })
})
