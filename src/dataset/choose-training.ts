import type { Fate } from '../learnings/fates.ts'
import type { Example } from './curate.ts'
import { nearHeldOutReason } from './held-out-guard.ts'
import type { HeldOutGuard } from './held-out-guard.ts'

/** A learning that is not trained on, and the held-out item it is a near-duplicate of. */
export interface NearHeldOut {
  id: string
  item: string
}

export interface Training {
  used: Example[]
  fates: Fate[]
  near: NearHeldOut[]
}

/** The newest `most` learnings that no held-out item is too close to. */
export function chooseTraining(examples: readonly Example[], guard: HeldOutGuard, most: number): Training {
  const training: Training = { used: [], fates: [], near: [] }
  for (const example of examples) {
    const { id } = example
    const close = guard.reasonFor(example)
    if (close?.reason === nearHeldOutReason) training.near.push({ id, item: close.item })
    if (close) training.fates.push({ id, fate: 'excluded', reason: close.reason })
    else if (training.used.length >= most) training.fates.push({ id, fate: 'excluded', reason: `is older than the newest ${most}` })
    else {
      training.used.push(example)
      training.fates.push({ id, fate: 'used' })
    }
  }
  return training
}
