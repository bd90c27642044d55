import { Config } from '../src/config/schema.ts'
import { readBuiltinRetention } from '../src/dataset/builtin-retention.ts'
import { planDataset } from '../src/dataset/plan.ts'
import { prepareDataset } from '../src/dataset/prepare.ts'
import { retentionToAsk } from '../src/dataset/retention.ts'
import type { EvaluationItem } from '../src/evaluation/item.ts'
import { normaliseEntry } from '../src/learnings/normalise.ts'
import type { Learning } from '../src/learnings/learning.ts'
import { simulateLearnings } from '../src/learnings/simulated-learnings.ts'
import type { BenchRow } from './row.ts'

const goalSeconds = 20
/** Twice the learnings may take twice the time; the rest is for the garbage collector, which has more to look through. */
const growthGoal = 2.5
const runs = 3

/** Prepares 100,000 made-up learnings whole, and half as many beside it: validated, deduplicated, held out, split and written as text. */
export async function benchPreparing(): Promise<BenchRow[]> {
  const builtin = await readBuiltinRetention()
  const whole = learningsOf(100_000)
  const half = whole.slice(whole.length / 2)
  const seconds: { half: number[]; whole: number[] } = { half: [], whole: [] }
  for (let run = 0; run < runs; run += 1) {
    seconds.half.push(prepare(half, builtin))
    seconds.whole.push(prepare(whole, builtin))
  }
  const ofWhole = median(seconds.whole)
  // The least times: what else the machine does makes neither of them shorter.
  const [leastHalf, leastWhole] = [Math.min(...seconds.half), Math.min(...seconds.whole)]
  return [
    {
      what: 'preparing 100,000 learnings whole',
      goal: `under ${goalSeconds} s`,
      measured: `${ofWhole.toFixed(2)} s (median of ${runs})`,
      met: ofWhole < goalSeconds,
    },
    {
      what: 'preparing 100,000 learnings against 50,000',
      goal: `grows linearly: under ${growthGoal} times`,
      measured: `${(leastWhole / leastHalf).toFixed(2)} times (${leastWhole.toFixed(2)} s against ${leastHalf.toFixed(2)} s, least of ${runs})`,
      met: leastWhole / leastHalf < growthGoal,
    },
  ]
}

/** Newest first, and real ones for the dataset: simulated ones keep files of their own. */
function learningsOf(count: number): Learning[] {
  const learnings = Array.from(simulateLearnings(count, 1), (entry) => {
    const normalised = normaliseEntry({ ...entry, source: 'bench' })
    if (typeof normalised === 'string') throw new Error(normalised)
    return normalised.learning
  })
  return learnings.reverse()
}

/** Seconds for both phases, with a model in production that answers every retention item right. */
function prepare(learnings: readonly Learning[], builtin: readonly EvaluationItem[]): number {
  const started = performance.now()
  const plan = planDataset({
    ...{ cycle: 'cycle-20250601-000000', release: 'genesis-base', learnings, successes: [], corpus: [], userGate: [], userRetention: [] },
    ...{
      builtin,
      pinned: [],
      simulatedPinned: [],
      decisions: [],
      settings: { ...Config.parse({}).dataset, maxLearnings: learnings.length },
    },
  })
  const scores = new Map<string, number>()
  for (let next = retentionToAsk(plan.retention, scores); next.length > 0; next = retentionToAsk(plan.retention, scores)) {
    for (const { id } of next) scores.set(id, 1)
  }
  const { manifest } = prepareDataset(plan, scores)
  const seconds = (performance.now() - started) / 1000
  if (manifest.learnings.in !== learnings.length) throw new Error(`${manifest.learnings.in} of ${learnings.length} learnings were prepared`)
  return seconds
}

const median = (values: readonly number[]): number => [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)] ?? NaN
