import type { Config } from '../config/schema.ts'
import type { Trial } from './tuning.ts'

/** Scales that "auto" tries (after STABLE, arXiv 2510.16089, which rescales an update that forgets too much instead of rejecting it). */
export const scalesTried = [1, 0.85, 0.7, 0.55, 0.4] as const

/** Fewer questions of a kind than these say nothing about how the scales differ in it. */
export const itemsNeeded = { correction: 10, retention: 50 } as const

/** Whether anything is to be chosen on questions set aside. */
export const isAdapterChosen = ({ loraScale, checkpoints }: Pick<Config['trainer'], 'loraScale' | 'checkpoints'>): boolean =>
  loraScale === 'auto' || checkpoints > 1

/** Estimated live accuracy, with the share of requests that the model in production fails on, as the gate weighs it. */
export const trialValue = ({ correction, retention }: Trial, failureShare: number): number =>
  failureShare * correction + (1 - failureShare) * retention

/**
 * The trial of the highest value; of equal ones that which keeps more, then the later checkpoint, then the larger scale (docs/training.md says why).
 * Throws an Error without trials.
 */
export function chooseTrial(trials: readonly Trial[], failureShare: number): Trial {
  const [first, ...others] = trials
  if (first === undefined) throw new Error('There is nothing to choose from.')
  return others.reduce((best, trial) => (isBetter(trial, best, failureShare) ? trial : best), first)
}

function isBetter(one: Trial, other: Trial, failureShare: number): boolean {
  const by = [
    trialValue(one, failureShare) - trialValue(other, failureShare),
    one.retention - other.retention,
    one.step - other.step,
    one.scale - other.scale,
  ]
  return (by.find((difference) => Math.abs(difference) > 1e-9) ?? 0) > 0
}
