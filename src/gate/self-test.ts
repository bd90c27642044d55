import type { FailureShare, GateLimits } from './judgement.ts'
import { minimumDetectableGain } from './power.ts'
import { candidateWith, rightOrWrong, trueGain } from './simulation/setting.ts'
import type { Setting, SimulatedCandidate } from './simulation/setting.ts'
import { simulate } from './simulation/simulate.ts'
import type { VerdictRates } from './simulation/simulate.ts'

export interface SelfTestQuestion {
  /** Items that there are to judge by; near-duplicates counted once. */
  sizes: { gate: number; retention: number }
  failureShare: FailureShare
  limits: GateLimits
}

export type CandidateKind = 'no-better' | 'worse' | 'sabotaged' | 'better'

export interface TriedCandidate {
  kind: CandidateKind
  /** Share of the corrections that it fixes. */
  fixed: number
  /** Its true gain in live accuracy. */
  gain: number
  verdicts: VerdictRates
}

export interface MoreItems {
  gate: number
  retention: number
  /** Share of the corrections that would have to be fixed then. */
  fixedShare: number
}

export interface SelfTest extends SelfTestQuestion {
  simulations: number
  candidates: TriedCandidate[]
  /** Highest share of the simulations in which a candidate that is no better was deployed; and one that is 2 points worse. */
  falseDeploys: { noBetter: number; worse: number }
  /** Share of the corrections that a model must fix to be deployed with 80% probability; null when fixing all of them would not do. */
  fixedShare: number | null
  /** What more items would make of that, for one stratum and for both. */
  withMore: MoreItems[]
}

/** Enough of each to change something; two of them together are what the growth of a home brings in some weeks. */
const moreTried = [
  { gate: 20, retention: 0 },
  { gate: 0, retention: 100 },
  { gate: 20, retention: 100 },
] as const

/**
 * Lets the rule judge candidates of every kind on sets of these sizes, drawn at random with a fixed seed. A share that is not known exactly is
 * taken as what it is estimated at, and the rule sees its whole interval.
 */
export function selfTest(question: SelfTestQuestion, simulations: number): SelfTest {
  const { sizes, failureShare, limits } = question
  const candidates = candidatesAt(failureShare.value).map(({ kind, fixed, drawn }, index): TriedCandidate => {
    const setting: Setting = {
      ...{ sizes, limits, candidate: drawn, share: failureShare.value, shareKnown: failureShare },
      ...{ steps: rightOrWrong, rowsPerItem: 1, clustersMarked: true },
    }
    return { kind, fixed, gain: trueGain(setting), verdicts: simulate(setting, simulations, index + 1) }
  })
  const highest = (kind: CandidateKind): number =>
    Math.max(...candidates.filter((candidate) => candidate.kind === kind).map(({ verdicts }) => verdicts.DEPLOY))
  const fixedShareOf = (gate: number, retention: number): number | null =>
    minimumDetectableGain({ gate, retention, regression: 0 }, failureShare, limits)?.fixedShare ?? null
  return {
    ...question,
    simulations,
    candidates,
    falseDeploys: { noBetter: highest('no-better'), worse: highest('worse') },
    fixedShare: fixedShareOf(sizes.gate, sizes.retention),
    withMore: moreTried.flatMap((more) => {
      const fixedShare = fixedShareOf(sizes.gate + more.gate, sizes.retention + more.retention)
      return fixedShare === null ? [] : [{ ...more, fixedShare }]
    }),
  }
}

interface Drawn {
  kind: CandidateKind
  fixed: number
  drawn: SimulatedCandidate
}

function candidatesAt(share: number): Drawn[] {
  const unfit = (kind: CandidateKind, gain: number): Drawn[] =>
    [0.05, 0.2, 0.5].map((fixed) => ({ kind, fixed, drawn: candidateWith(gain, fixed, share, rightOrWrong) }))
  return [
    ...unfit('no-better', 0),
    ...unfit('worse', -0.02),
    // What training on broken data makes: it repeats the corrections that it saw and forgets much of the rest.
    { kind: 'sabotaged', fixed: 0.2, drawn: { gate: { gained: 0.2, lost: 0 }, retention: { gained: 0, lost: 0.3 } } },
    ...[0.2, 0.4, 0.6, 0.8, 0.95].map((fixed): Drawn => {
      return { kind: 'better', fixed, drawn: { gate: { gained: fixed, lost: 0.02 }, retention: { gained: 0, lost: 0.005 } } }
    }),
  ]
}
