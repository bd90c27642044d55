import type { Home } from '../../src/state/home.ts'
import assert from 'node:assert/strict'
import path from 'node:path'
import type { Trial } from './campaign.ts'
import { traceOf } from './fingerprint.ts'
import { inCopyOf } from './homes.ts'
import { chosen } from './options.ts'
import { run } from './program.ts'
import type { Ended, Operation, Plan } from './program.ts'
import { assertRecovers, minuteMs } from './recovery.ts'
import type { Moment, Reference } from './reference.ts'

/** A fault at one operation of one call. */
export interface AtOperation {
  plan: Plan
  /** Which operations it can strike. */
  strikes: (operation: Operation) => boolean
  /** How the call that is struck may end. */
  mayEnd: (ended: Ended) => boolean
  /** About so many operations are struck when not every one is. */
  count: number
}

/** One trial for each operation of the cycle that the fault can strike, or for some of them. Every twentieth is followed to the very end. */
export function trialsAt(reference: Reference, fault: AtOperation): Trial[] {
  const points = reference.moments.flatMap((moment) =>
    moment.operations.filter(fault.strikes).map((operation): [Moment, Operation] => [moment, operation]),
  )
  return chosen(points, fault.count).map(([moment, operation], index) => ({
    at: `${JSON.stringify(fault.plan)} in ${moment.name} at ${operation.number}, ${operation.operation} ${nameIn(moment.before, operation.file)}`,
    undergo: () =>
      inCopyOf(moment.before, reference.around, async (home) => {
        const ended = await run(reference.around, home, ['check', '--once'], { ...fault.plan, at: operation.number })
        if (ended.operations.length === 0) return false
        assert.ok(fault.mayEnd(ended), `it ended with ${ended.signal ?? ended.code}: ${ended.said}`)
        const recover = async (): Promise<void> => {
          const clockMs = (fault.plan.jumpMs ?? 0) + 5 * minuteMs
          await assertRecovers(reference, home, index % 20 === 0, { clockMs })
        }
        await (ended.signal === 'SIGKILL' && moment.name !== 'train' ? onceFrom(traceOf(home), recover) : recover())
        return true
      }),
  }))
}

const recovered = new Map<string, Promise<void>>()

/** A kill between two looks leaves what a kill before the first of them left, and the next call can't tell the difference. A training may still write. */
async function onceFrom(trace: string, recover: () => Promise<void>): Promise<void> {
  const recovery = recovered.get(trace) ?? recover()
  recovered.set(trace, recovery)
  await recovery
}

const nameIn = ({ root }: Home, file: string): string => (file.startsWith(root) ? path.relative(root, file) : file)
