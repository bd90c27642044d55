import { failureShare } from '../failure-share.ts'
import type { FailureShare } from '../judgement.ts'
import type { Random } from './random.ts'
import type { ScoreSteps, Setting, SimulatedCandidate } from './setting.ts'

/** What changed on a fresh set of items: for each item that changed, the differences candidate - baseline of its rows. */
export interface Changes {
  gate: number[][]
  retention: number[][]
}

// Near-duplicates are answered alike by most models, but not by all.
const followsItsCluster = 0.9

export function drawChanges(setting: Setting, random: Random): Changes {
  return { gate: drawStratum('gate', setting, random), retention: drawStratum('retention', setting, random) }
}

function drawStratum(stratum: keyof Changes, { sizes, candidate, steps, rowsPerItem }: Setting, random: Random): number[][] {
  const rates = candidate[stratum]
  const changed: number[][] = []
  for (let item = 0; item < sizes[stratum]; item += 1) {
    const first = drawDifference(rates, steps, random)
    if (rowsPerItem === 1) {
      if (first !== 0) changed.push([first])
      continue
    }
    const rows = Array.from({ length: rowsPerItem }, (_, row) =>
      row === 0 || random() < followsItsCluster ? first : drawDifference(rates, steps, random),
    )
    if (rows.some((difference) => difference !== 0)) changed.push(rows)
  }
  return changed
}

function drawDifference({ gained, lost }: SimulatedCandidate['gate'], { up, down }: ScoreSteps, random: Random): number {
  const luck = random()
  if (luck < gained) return oneOf(up, random)
  return luck < gained + lost ? -oneOf(down, random) : 0
}

const oneOf = (values: readonly number[], random: Random): number =>
  values.length === 1 ? (values[0] ?? 0) : (values[Math.floor(random() * values.length)] ?? 0)

/** What would be known of the failure share in this world. */
export function drawShare({ share, shareKnown }: Setting, random: Random): FailureShare {
  if (!('outcomes' in shareKnown)) return shareKnown
  let failures = 0
  for (let outcome = 0; outcome < shareKnown.outcomes; outcome += 1) if (random() < share) failures += 1
  return failureShare({ successes: shareKnown.outcomes - failures, failures })
}
