import { nextAttempt } from '../attempts.ts'
import type { Attempt } from '../attempts.ts'
import type { Judgement } from '../judgement.ts'
import { verdictOn } from '../verdict.ts'
import { drawChanges, drawShare } from './draw.ts'
import type { Changes } from './draw.ts'
import { randomFrom } from './random.ts'
import type { Random } from './random.ts'
import { rowsOf } from './rows.ts'
import type { Setting } from './setting.ts'

/** How often each verdict came out, as shares of all simulations. */
export type VerdictRates = Record<Judgement['verdict'], number>

/** Lets the rule judge the setting's candidate on so many sets of fresh items. The same seed gives the same rates. */
export function simulate(setting: Setting, simulations: number, seed: number): VerdictRates {
  const judgeOne = judgeOf(setting, randomFrom(seed))
  const times = { DEPLOY: 0, REFUSE: 0, ABSTAIN: 0 }
  for (let simulation = 0; simulation < simulations; simulation += 1) times[judgeOne()] += 1
  return { DEPLOY: times.DEPLOY / simulations, REFUSE: times.REFUSE / simulations, ABSTAIN: times.ABSTAIN / simulations }
}

/**
 * Share of the simulations in which at least one of so many candidates, one after the other on the same baseline, was deployed. Each has the level
 * that the earlier ones left; `freshShare` of the items are new to each.
 */
export function simulateAttempts(setting: Setting, attempts: number, freshShare: number, simulations: number, seed: number): number {
  const random = randomFrom(seed)
  const judges = levelsOf(setting, attempts, freshShare).map((alpha) =>
    judgeOf({ ...setting, limits: { ...setting.limits, alpha } }, random),
  )
  let deployed = 0
  for (let simulation = 0; simulation < simulations; simulation += 1) {
    if (judges.some((judgeOne) => judgeOne() === 'DEPLOY')) deployed += 1
  }
  return deployed / simulations
}

/** Draws and judges one set of items at each call. The order of items does not matter to the rule, so equal sets are judged once. */
function judgeOf(setting: Setting, random: Random): () => Judgement['verdict'] {
  const known = new Map<string, Judgement['verdict']>()
  return () => {
    const changes = drawChanges(setting, random)
    const failureShare = drawShare(setting, random)
    const key = `${failureShare.value} ${keyOf(changes)}`
    const verdict = known.get(key) ?? verdictOn({ scores: rowsOf(changes, setting), failureShare, limits: setting.limits }).verdict
    known.set(key, verdict)
    return verdict
  }
}

const keyOf = ({ gate, retention }: Changes): string => [gate, retention].map((items) => items.map(String).sort().join(';')).join('|')

function levelsOf({ sizes }: Setting, attempts: number, freshShare: number): number[] {
  const items = sizes.gate + sizes.retention
  const made: Attempt[] = []
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const first = Math.round(attempt * freshShare * items)
    const judgedItemIds = Array.from({ length: items }, (_, index) => String(first + index))
    made.push({ judgedItemIds, alpha: nextAttempt(made, judgedItemIds).alpha })
  }
  return made.map(({ alpha }) => alpha)
}
