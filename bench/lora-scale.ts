// node --import tsx bench/lora-scale.ts
//
// How well does a LoRA scale that was chosen on few questions do on all that are asked in the field? Four adapters, each with its true accuracy
// at every scale: the demo's as docs/training.md has it (0.4 is a guess), the others made up; a question that is right at one accuracy is right at every higher one. Printed: estimated live accuracy, in points, that is lost
// against the best scale of that adapter, over 4,000 choices. "whole" never scales.
import { randomFrom } from '../src/gate/simulation/random.ts'
import { chooseTrial, scalesTried } from '../src/tuning/choose-trial.ts'
import type { Trial } from '../src/tuning/tuning.ts'

const share = 0.1
const runs = 4000

/** True accuracy on corrections and on what is to be kept, at the scales 1, .85, .7, .55 and .4. */
const adapters: Record<string, { correction: number[]; retention: number[] }> = {
  'like the demo': { correction: [0.895, 0.91, 0.885, 0.7, 0.35], retention: [0.99, 0.9975, 1, 1, 1] },
  forgetful: { correction: [0.95, 0.93, 0.85, 0.65, 0.35], retention: [0.93, 0.96, 0.98, 0.99, 0.995] },
  weak: { correction: [0.35, 0.25, 0.15, 0.08, 0.03], retention: [0.996, 0.998, 0.999, 1, 1] },
  harmless: { correction: [0.9, 0.88, 0.8, 0.6, 0.3], retention: [1, 1, 1, 1, 1] },
}

const value = ({ correction, retention }: Pick<Trial, 'correction' | 'retention'>): number => share * correction + (1 - share) * retention
const ofEqual =
  (prefer: (left: Trial, right: Trial) => number) =>
  (trials: readonly Trial[]): Trial | undefined =>
    [...trials].sort((left, right) => (Math.abs(value(right) - value(left)) > 1e-9 ? value(right) - value(left) : prefer(left, right)))[0]

const rules: Record<string, (trials: readonly Trial[]) => Trial | undefined> = {
  whole: (trials) => trials[0],
  'keeps more, larger': (trials) => chooseTrial(trials, share),
  larger: ofEqual((left, right) => right.scale - left.scale),
  smaller: ofEqual((left, right) => left.scale - right.scale),
}

const random = randomFrom(7)
const shareBelow = (draws: readonly number[], accuracy: number): number => draws.filter((draw) => draw < accuracy).length / draws.length

console.log(
  `${'adapter'.padEnd(16)}${'questions'.padEnd(12)}${Object.keys(rules)
    .map((name) => name.padStart(20))
    .join('')}`,
)
for (const [name, { correction, retention }] of Object.entries(adapters)) {
  const truth = scalesTried.map((_, index) => value({ correction: correction[index] ?? 0, retention: retention[index] ?? 0 }))
  for (const [corrections, kept] of [
    [10, 50],
    [20, 100],
    [20, 200],
    [50, 200],
  ] as const) {
    const lost = Object.fromEntries(Object.keys(rules).map((rule) => [rule, 0]))
    for (let run = 0; run < runs; run += 1) {
      const draws = { correction: Array.from({ length: corrections }, random), retention: Array.from({ length: kept }, random) }
      const trials = scalesTried.map((scale, index) => ({
        ...{ step: 1, scale },
        correction: shareBelow(draws.correction, correction[index] ?? 0),
        retention: shareBelow(draws.retention, retention[index] ?? 0),
      }))
      for (const [rule, choose] of Object.entries(rules))
        lost[rule] =
          (lost[rule] ?? 0) + Math.max(...truth) - (truth[scalesTried.findIndex((scale) => scale === choose(trials)?.scale)] ?? 0)
    }
    const columns = Object.values(lost).map((sum) => ((100 * sum) / runs).toFixed(2).padStart(20))
    console.log(`${name.padEnd(16)}${`${corrections} + ${kept}`.padEnd(12)}${columns.join('')}`)
  }
}
