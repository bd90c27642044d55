import { setTimeout as delay } from 'node:timers/promises'
import type { Config } from '../config/schema.ts'
import { checkOnce } from './check.ts'
import type { CheckResult } from './check.ts'
import type { Workshop } from './parts.ts'
import { underRunLock } from './run-lock.ts'

/** Repeats single checks until nothing is due or something must be waited for. `told` hears of each. */
export async function checkUntilIdle(workshop: Workshop, config: Config, told: (result: CheckResult) => void): Promise<CheckResult> {
  return await underRunLock(workshop, async (locked) => {
    for (;;) {
      const result = await checkOnce(locked, config)
      told(result)
      if (result.action === 'none' || result.action === 'waiting' || result.action === 'failed' || result.outcome === 'CANCELLED')
        return result
      workshop.signal.throwIfAborted()
    }
  })
}

/** A longer timer would end at once. */
const longestDelayMs = 2 ** 31 - 1

/** Stays, and lets `look` again after each interval, until the signal aborts. The configuration is read anew each time. */
export async function checkContinuously(
  workshop: Workshop,
  readConfig: () => Promise<Config>,
  look: (config: Config) => Promise<unknown>,
  failed: (error: unknown) => void,
): Promise<void> {
  while (!workshop.signal.aborted) {
    let intervalMinutes = 60
    try {
      const config = await readConfig()
      intervalMinutes = config.triggers.intervalMinutes
      await look(config)
    } catch (error) {
      failed(error)
    }
    try {
      await delay(Math.min(intervalMinutes * 60_000, longestDelayMs), undefined, { signal: workshop.signal })
    } catch (error) {
      if (!workshop.signal.aborted) throw error
    }
  }
}
