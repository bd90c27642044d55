import type { Config } from '../config/schema.ts'
import { GenesisError } from '../errors.ts'
import { readTrainingHolder, tryTrainingLock } from '../state/training-lock.ts'
import type { HeldLock } from '../state/lock.ts'
import type { Hold } from './hold.ts'
import type { Workshop } from './parts.ts'
import type { Step } from './step.ts'

/**
 * Homes of one machine train one after another: while another one trains, a training is not due yet. Every other step runs at once. The lock is only
 * tried, never waited for, so that nothing can wait in a circle.
 */
export async function inTurn<Result>(workshop: Workshop, config: Config, step: Step, work: () => Promise<Result>): Promise<Result | Hold> {
  const file = step === 'train' ? workshop.trainingLock(config) : null
  if (file === null) return await work()
  const lock = await lockOf(file, workshop, config)
  if (lock === null) return waitingForTraining(await otherHome(file, workshop))
  try {
    return await work()
  } finally {
    await lock.release()
  }
}

/** What `status` tells while another home trains; null when none says that it does. */
export async function trainingElsewhere(workshop: Pick<Workshop, 'home' | 'trainingLock'>, config: Config): Promise<Hold | null> {
  const file = workshop.trainingLock(config)
  const other = file === null ? null : await otherHome(file, workshop)
  return other === null ? null : waitingForTraining(other)
}

async function lockOf(file: string, { home, notice }: Workshop, { trainer }: Config): Promise<HeldLock | null> {
  try {
    return await tryTrainingLock(file, home)
  } catch (error) {
    if (!(error instanceof GenesisError) || trainer.lock !== undefined) throw error
    // Nobody asked for it: an engine that this user may only read must not keep a home from training.
    notice(`Other homes may train at the same time: ${error.why ?? error.what}. "trainer.lock" can name another file.`)
    return { release: () => Promise.resolve() }
  }
}

async function otherHome(file: string, { home }: Pick<Workshop, 'home'>): Promise<string | null> {
  const holder = await readTrainingHolder(file)
  return holder === null || holder.home === home.root ? null : holder.home
}

const waitingForTraining = (home: string | null): Hold => ({
  waitingFor: 'training',
  explanation: `another home trains on this machine${home === null ? '' : ` (${home})`}; the next check looks again`,
})
