import type { Fate } from '../learnings/fates.ts'
import type { Example } from './curate.ts'
import { nearHeldOutReason } from './held-out-guard.ts'
import type { HeldOutGuard } from './held-out-guard.ts'
import { limitShares, overShareReason } from './limit-shares.ts'

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

export interface TrainingLimits {
  most: number
  /** Of one author; any when left out. */
  share?: number | undefined
}

/** The newest `most` learnings that no held-out item is too close to, and of these no more of one author than the share allows. */
export function chooseTraining(examples: readonly Example[], guard: HeldOutGuard, { most, share }: TrainingLimits): Training {
  const training: Training = { used: [], fates: [], near: [] }
  for (const example of examples) {
    const { id } = example
    const close = guard.reasonFor(example)
    if (close?.reason === nearHeldOutReason) training.near.push({ id, item: close.item })
    if (close) training.fates.push({ id, fate: 'excluded', reason: close.reason })
    else if (training.used.length >= most) training.fates.push({ id, fate: 'excluded', reason: `is older than the newest ${most}` })
    else training.used.push(example)
  }
  const { kept, surplus } = limitShares(training.used, share)
  training.used = kept
  for (const { id } of kept) training.fates.push({ id, fate: 'used' })
  for (const { id, author } of surplus) training.fates.push({ id, fate: 'excluded', reason: overShareReason(author, share ?? 1) })
  return training
}
