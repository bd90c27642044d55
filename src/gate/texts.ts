import type { Evidence } from './evidence.ts'
import type { GateLimits, StratumResult } from './judgement.ts'
import { itemsNeeded } from './reasons.ts'
import type { EvidenceCode } from './reasons.ts'

/** A difference of accuracies in percentage points, with its sign: "+4.7 points". */
export function points(difference: number): string {
  const text = (difference * 100).toFixed(1)
  if (/^-?0\.0$/.test(text)) return '0.0 points'
  return `${difference > 0 ? '+' : ''}${text} points`
}

const amount = (value: number): string => (Number.isInteger(value) ? String(value) : value.toFixed(1))
const flips = ({ n, gains, losses }: StratumResult): string => `${amount(gains)} gained and ${amount(losses)} lost of ${n}`

/** The reason in plain words, with its numbers. */
export function reasonText(code: EvidenceCode, evidence: Evidence, limits: GateLimits): string {
  const { strata, estimate, interval } = evidence
  const gain = `the gain in live accuracy is estimated at ${points(estimate)}, between ${points(interval.lower)} and ${points(interval.upper)}`
  const lost = (name: string, result: StratumResult): string =>
    `${name} items were lost: ${flips(result)}, a difference of ${points(result.difference)} (at best ${points(result.upper)}); the margin is ${points(-limits.margin)}.`
  const notShown = (name: string, result: StratumResult): string =>
    `It is not shown that ${name} is kept: ${flips(result)}, at worst ${points(result.lower)}; the margin is ${points(-limits.margin)}.`
  switch (code) {
    case 'worse':
      return `The candidate is worse: ${gain}.`
    case 'retention-lost':
      return lost('Retention', strata.retention)
    case 'regression-lost':
      return lost('Regression', strata.regression)
    case 'no-worthwhile-gain':
      return `No worthwhile gain: ${gain}; even the upper bound does not exceed the minimum gain of ${points(limits.minimumGain)}.`
    case 'no-difference':
      return `No difference: baseline and candidate scored the same on all ${strata.gate.n + strata.retention.n + strata.regression.n} items.`
    case 'too-few-items':
      return `Too few items: ${strata.gate.n} gate items (${itemsNeeded.gate} needed) and ${strata.retention.n} retention items (${itemsNeeded.retention} needed).`
    case 'gain-not-shown':
      return `A gain is not shown: ${gain}; the lower bound, at alpha ${Number(limits.alpha.toPrecision(3))}, must be above 0.`
    case 'gain-too-small':
      return `The gain is too small: it is estimated at ${atEnds(evidence)}, and must exceed ${points(limits.minimumGain)} at each failure share.`
    case 'retention-not-shown':
      return notShown('retention', strata.retention)
    case 'regression-not-shown':
      return notShown('regression', strata.regression)
  }
}

function atEnds({ ends: [low, high] }: Evidence): string {
  const at = ({ share, estimate }: { share: number; estimate: number }): string =>
    `${points(estimate)} at a failure share of ${(share * 100).toFixed(1)}%`
  return low.share === high.share ? at(low) : `${at(low)} and ${at(high)}`
}
