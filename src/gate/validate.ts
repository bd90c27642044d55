import { Stratum } from '../evaluation/item.ts'
import { GenesisError } from '../errors.ts'
import type { FailureShare, GateLimits, PairedScore } from './judgement.ts'

const shownProblems = 20

/** Raises GI-GATE-DATA with all problems (the first 20 in full) when there are any: data that must not be judged gets no verdict. */
export function refuseProblems(problems: readonly string[]): void {
  if (problems.length === 0) return
  const more = problems.length > shownProblems ? [`and ${problems.length - shownProblems} more`] : []
  throw new GenesisError('GI-GATE-DATA', { why: [...problems.slice(0, shownProblems), ...more].join('; ') })
}

export const isScore = (value: unknown): value is number => typeof value === 'number' && value >= 0 && value <= 1

/** Raises GI-GATE-DATA, naming every item, unless all ids differ, all scores lie in 0..1 and all strata are known. */
export function checkScores(scores: readonly PairedScore[]): void {
  const seen = new Set<string>()
  refuseProblems(
    scores.flatMap((score) => {
      const name = `item "${score.id}"`
      const problems = seen.has(score.id) ? [`${name} occurs more than once`] : []
      seen.add(score.id)
      for (const model of ['baseline', 'candidate'] as const) {
        if (!isScore(score[model])) problems.push(`${name} has a ${model} score of ${String(score[model])}, not between 0 and 1`)
      }
      if (!Stratum.safeParse(score.stratum).success) problems.push(`${name} is of the unknown stratum "${String(score.stratum)}"`)
      return problems
    }),
  )
}

/** Raises GI-GATE-DATA unless the failure share and the limits are such as the rule can use. */
export function checkLimits(share: FailureShare, limits: GateLimits): void {
  const problems: string[] = []
  const { lower, value, upper } = share
  if (!(lower >= 0 && lower <= value && value <= upper && upper <= 1)) {
    problems.push(`the failure share ${value} with the range ${lower} to ${upper} is not an interval between 0 and 1 around its value`)
  }
  if (!(limits.alpha > 0 && limits.alpha < 0.5)) problems.push(`alpha is ${limits.alpha}, not between 0 and 0.5`)
  if (!(limits.minimumGain >= 0 && limits.minimumGain < 1))
    problems.push(`the minimum gain is ${limits.minimumGain}, not from 0 to under 1`)
  if (!(limits.margin > 0 && limits.margin <= 1)) problems.push(`the margin is ${limits.margin}, not above 0 and up to 1`)
  refuseProblems(problems)
}
