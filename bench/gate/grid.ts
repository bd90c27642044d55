import { failureShare, givenFailureShare } from '../../src/gate/failure-share.ts'
import { candidateWith, rightOrWrong } from '../../src/gate/simulation/setting.ts'
import type { ScoreSteps, Setting, SimulatedCandidate } from '../../src/gate/simulation/setting.ts'

/** One thing to simulate. Cells of one row of a table are its worst case together. */
export interface Cell {
  table: 'sizes' | 'worlds' | 'power' | 'selection'
  row: string
  candidate: 'no better' | '2 points worse' | 'better'
  setting: Setting
  /** Share of the corrections that the candidate fixes. */
  fixed: number
  /** Candidates tried one after the other on the same baseline, and how many of the items are new to each. */
  attempts?: { number: number; freshShare: number }
}

const base = {
  ...{ share: 0.1, steps: rightOrWrong, rowsPerItem: 1, clustersMarked: true },
  limits: { alpha: 0.05, minimumGain: 0.01, margin: 0.05 },
}
type World = Partial<Omit<Setting, 'sizes' | 'candidate'>>

const fixes = [0.05, 0.2, 0.5]
/** Equally good and wrong at other times: flips both ways in both strata. */
const elsewhere: SimulatedCandidate = { gate: { gained: 0.1, lost: 0.1 }, retention: { gained: 0.02, lost: 0.02 } }

function unfit(table: Cell['table'], row: string, sizes: Setting['sizes'], world: World, attempts?: Cell['attempts']): Cell[] {
  const about = { ...base, shareKnown: givenFailureShare(world.share ?? base.share), ...world, sizes }
  const cell = (candidate: Cell['candidate'], fixed: number, drawn: SimulatedCandidate): Cell => {
    return { table, row, candidate, fixed, setting: { ...about, candidate: drawn }, ...(attempts !== undefined && { attempts }) }
  }
  const ofGain = (gain: number, candidate: Cell['candidate']): Cell[] =>
    fixes.map((fixed) => cell(candidate, fixed, candidateWith(gain, fixed, about.share, about.steps)))
  return [
    ...ofGain(0, 'no better'),
    ...ofGain(-0.02, '2 points worse'),
    ...(about.steps === rightOrWrong ? [cell('no better', 0.1, elsewhere)] : []),
  ]
}

const sizesTried = [20, 40, 100].flatMap((gate) => [60, 100, 200, 400].map((retention) => ({ gate, retention })))
const sizesOfWorlds = [20, 40, 100].flatMap((gate) => [60, 200].map((retention) => ({ gate, retention })))
const sparse: ScoreSteps = { up: [0.25, 0.5, 1], down: [0.25, 0.5, 1] }
const steady: ScoreSteps = { up: [0.2], down: [1] }

function worlds(row: string, variants: World[], attempts?: Cell['attempts']): Cell[] {
  return sizesOfWorlds.flatMap((sizes) => variants.flatMap((world) => unfit('worlds', row, sizes, world, attempts)))
}

/** What good trainings lose: 2% of gate and .5% of retention. */
const better = (fixed: number): SimulatedCandidate => ({ gate: { gained: fixed, lost: 0.02 }, retention: { gained: 0, lost: 0.005 } })
const powerAt = (gate: number, retention: number, fixed: number): Cell => ({
  ...{ table: 'power', row: `power ${gate} ${retention}`, candidate: 'better', fixed },
  setting: { ...base, shareKnown: givenFailureShare(base.share), sizes: { gate, retention }, candidate: better(fixed) },
})

export const cells: Cell[] = [
  ...sizesTried.flatMap((sizes) =>
    [0.05, 0.1, 0.3].flatMap((share) => unfit('sizes', `${sizes.gate} ${sizes.retention}`, sizes, { share })),
  ),
  ...worlds(
    'graded scores, changes of 0.25, 0.5 or 1',
    [0.1, 0.3].map((share) => ({ steps: sparse, share })),
  ),
  ...worlds(
    'graded scores, small gains of 0.2 and full losses',
    [0.1, 0.3].map((share) => ({ steps: steady, share })),
  ),
  ...worlds('three near-duplicates of each item, marked as clusters', [{ rowsPerItem: 3 }, { rowsPerItem: 3, share: 0.3 }]),
  ...worlds('three near-duplicates of each item, not marked', [
    { rowsPerItem: 3, clustersMarked: false },
    { rowsPerItem: 3, clustersMarked: false, share: 0.3 },
  ]),
  ...worlds(
    'share from 200 outcomes',
    [0.1, 0.2, 0.3].map((share) => ({ share, shareKnown: { outcomes: 200 } })),
  ),
  ...worlds(
    'share not known, in truth 5 to 20%',
    [0.05, 0.1, 0.2].map((share) => ({ share, shareKnown: failureShare({ successes: 0, failures: 0 }) })),
  ),
  ...worlds('any of five attempts on the same items', [{}, { share: 0.3 }], { number: 5, freshShare: 0 }),
  ...worlds('any of five attempts, a quarter of the items new to each', [{}, { share: 0.3 }], { number: 5, freshShare: 0.25 }),
  ...[20, 40, 100].flatMap((gate) =>
    [100, 200, 400].flatMap((retention) => Array.from({ length: 36 }, (_, step) => powerAt(gate, retention, step / 50))),
  ),
  ...[20, 50, 100].map((gate): Cell => {
    const candidate = candidateWith(0, 0.05, base.share, base.steps)
    return {
      table: 'selection',
      row: String(gate),
      candidate: 'no better',
      fixed: 0.05,
      setting: { ...base, shareKnown: givenFailureShare(base.share), sizes: { gate, retention: 100 }, candidate },
    }
  }),
]
