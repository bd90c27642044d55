import { rmSync } from 'node:fs'
import { after, describe, test } from 'node:test'
import { campaignTable, survives } from './campaign.ts'
import { trialsAt } from './operations.ts'
import type { Ended } from './program.ts'
import { undisturbedCycle } from './reference.ts'
import { makeSurroundings } from './surroundings.ts'

const around = await makeSurroundings()
const reference = await undisturbedCycle(around)
after(() => {
  rmSync(around.directory, { recursive: true, force: true })
  console.log(campaignTable())
})

const isKilled = ({ signal }: Ended): boolean => signal === 'SIGKILL'
const hasStopped = ({ code }: Ended): boolean => code === 130 || code === 0
/** Done in spite of it, or with an error that says what to do; never a bug, and never for good. */
const isTold = ({ code }: Ended): boolean => code === 0 || code === 10 || code === 12
const hourMs = 3_600_000

describe('a cycle goes on to the same end after', () => {
  test('kill -9 before any operation', async () => {
    const fault = { plan: { what: 'kill' } as const, strikes: () => true, mayEnd: isKilled, count: 20 }
    await survives('kill -9 before an operation', trialsAt(reference, fault))
  })

  test('kill -9 in the middle of a write', async () => {
    const fault = { plan: { what: 'torn' } as const, strikes: ({ torn }: { torn: boolean }) => torn, mayEnd: isKilled, count: 5 }
    await survives('kill -9 in the middle of a write', trialsAt(reference, fault))
  })

  for (const code of ['ENOSPC', 'EIO', 'EACCES'] as const)
    for (const lasting of [false, true])
      test(`${code}${lasting ? ' from a write on' : ' at a write'}`, async () => {
        const fault = {
          ...{ plan: { what: 'error', code, lasting } as const, mayEnd: isTold, count: 3 },
          strikes: ({ errors }: { errors: string[] }) => errors.includes(code),
        }
        await survives(lasting ? `${code} from a write on` : `${code} at one write`, trialsAt(reference, fault))
      })

  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    test(`${signal} at any operation`, async () => {
      const fault = { plan: { what: 'signal', signal } as const, strikes: () => true, mayEnd: hasStopped, count: 3 }
      await survives(`${signal} at an operation`, trialsAt(reference, fault))
    })

  for (const [name, jumpMs] of [
    ['an hour forward', hourMs],
    ['an hour back', -hourMs],
    ['a year forward', 365 * 24 * hourMs],
    ['a year back', -365 * 24 * hourMs],
  ] as const)
    test(`the clock jumps ${name} at any operation`, async () => {
      const fault = { plan: { what: 'clock', jumpMs } as const, strikes: () => true, mayEnd: ({ code }: Ended) => code === 0, count: 2 }
      await survives(`the clock jumps ${name}`, trialsAt(reference, fault))
    })
})
