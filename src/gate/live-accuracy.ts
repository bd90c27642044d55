import { clustersOf, mean } from './clusters.ts'
import type { Clustered } from './clusters.ts'

/**
 * Estimated accuracy on live requests: failure share x accuracy on gate items + rest x accuracy on retention items. A stratum without
 * items leaves its weight to the other; null when there are none at all. Regression items are of the past and do not count; near-duplicates
 * count as one.
 */
export function estimatedLiveAccuracy(scores: readonly (Clustered & { score: number })[], failureShare: number): number | null {
  const gate = accuracy(scores.filter(({ stratum }) => stratum === 'gate'))
  const retention = accuracy(scores.filter(({ stratum }) => stratum === 'retention'))
  if (gate === null || retention === null) return gate ?? retention
  return failureShare * gate + (1 - failureShare) * retention
}

const accuracy = (scores: readonly (Clustered & { score: number })[]): number | null =>
  scores.length === 0 ? null : mean(clustersOf(scores).map((rows) => mean(rows.map(({ score }) => score))))
