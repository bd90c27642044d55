import type { Stratum } from '../evaluation/item.ts'

/**
 * Estimated accuracy on live requests: failure share x accuracy on gate items + rest x accuracy on retention items. A stratum without
 * items leaves its weight to the other; null when there are none at all. Regression items are of the past and do not count.
 */
export function estimatedLiveAccuracy(scores: readonly { stratum: Stratum; score: number }[], failureShare: number): number | null {
  const gate = mean(scores.filter(({ stratum }) => stratum === 'gate').map(({ score }) => score))
  const retention = mean(scores.filter(({ stratum }) => stratum === 'retention').map(({ score }) => score))
  if (gate === null || retention === null) return gate ?? retention
  return failureShare * gate + (1 - failureShare) * retention
}

const mean = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length
