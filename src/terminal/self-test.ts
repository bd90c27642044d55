import type { ChalkInstance } from 'chalk'
import type { OwnSets } from '../cycle/own-sets.ts'
import type { ArtefactTest } from '../cycle/self-test-artefacts.ts'
import type { Judgement } from '../gate/judgement.ts'
import type { MoreItems, SelfTest, TriedCandidate } from '../gate/self-test.ts'
import { count, percent, plural, table, wrap } from './format.ts'

/** What the gate did with drawn candidates, and what this means for this home. */
export function describeSelfTest(test: SelfTest, { cycle, attempts }: Pick<OwnSets, 'cycle' | 'attempts'>, paint: ChalkInstance): string {
  const { sizes, failureShare, limits, candidates, simulations, falseDeploys } = test
  const share = `${percent(failureShare.value)} (${percent(failureShare.lower)} to ${percent(failureShare.upper)})`
  const from = cycle === null ? 'No cycle has prepared items here yet; these are the sizes to aim at.' : `As ${cycle} prepared them.`
  const judged = `Level ${limits.alpha.toPrecision(2)}, after ${plural(attempts, 'attempt')} on the model in production; failure share ${share}.`
  const found =
    `A model that is no better is deployed at most ${percent(falseDeploys.noBetter)} of the time, ` +
    `one that is 2 points worse ${percent(falseDeploys.worse)}.`
  return [
    paint.bold(`${count(sizes.gate)} gate items and ${count(sizes.retention)} retention items`),
    `  ${wrap(`${from} ${judged}`, 78, 2)}`,
    '',
    table([['  candidate', 'true gain', 'deployed', 'refused', 'undecided'], ...candidates.map(rowOf)], [1, 2, 3, 4]),
    `  (${count(simulations)} drawn of each; it fixes that share of the corrections)`,
    '',
    `  ${wrap(found, 78, 2)}`,
    `  ${wrap(inWords(test), 78, 2)}`,
  ].join('\n')
}

const names: Record<TriedCandidate['kind'], string> = {
  'no-better': 'no better',
  worse: '2 points worse',
  sabotaged: 'sabotaged',
  better: 'better',
}

function rowOf({ kind, fixed, gain, verdicts }: TriedCandidate): string[] {
  const { DEPLOY, REFUSE, ABSTAIN } = verdicts
  const points = Math.abs(gain) < 1e-9 ? '0.0' : `${gain > 0 ? '+' : ''}${(100 * gain).toFixed(1)}`
  return [`  ${names[kind]}, fixes ${Math.round(100 * fixed)}%`, points, percent(DEPLOY), percent(REFUSE), percent(ABSTAIN)]
}

/** What it takes to be deployed here, and which further items would make it easier. */
export function inWords({
  sizes,
  candidates,
  fixedShare,
  withMore,
}: Pick<SelfTest, 'sizes' | 'candidates' | 'fixedShare' | 'withMore'>): string {
  const have = `With ${count(sizes.gate)} gate and ${count(sizes.retention)} retention items`
  const useful = withMore.filter(({ fixedShare: then }) => fixedShare === null || rounded(fixedShare) > rounded(then))
  const would = useful.map((more) => `${itemsOf(more)} would bring that to ${rounded(more.fixedShare)}%`)
  if (fixedShare !== null) {
    const needed = `${have} a model must fix about ${rounded(fixedShare)}% of the corrections to be deployed (four times out of five)`
    return `${[needed, ...would].join('; ')}.`
  }
  const then = useful.map((more) => `with ${itemsOf(more)} it must fix about ${rounded(more.fixedShare)}% of the corrections`)
  const best = candidates.filter(({ kind }) => kind === 'better').at(-1)
  const seldom =
    best === undefined || best.verdicts.DEPLOY === 0
      ? `${have} no model can be deployed, however good`
      : `${have} even a model that fixes ${rounded(best.fixed)}% of the corrections is deployed only ${rounded(best.verdicts.DEPLOY)}% of the time`
  return `${[seldom, ...then].join('; ')}.`
}

const rounded = (share: number): number => Math.round(100 * share)

function itemsOf({ gate, retention }: MoreItems): string {
  const parts = [...(gate > 0 ? [`${gate} more gate`] : []), ...(retention > 0 ? [`${retention} more retention`] : [])]
  return `${parts.join(' and ')} items`
}

/** What the gate said of the real artefacts, beside what it should say. */
export function describeArtefacts({ itself, noisy, passed }: ArtefactTest, paint: ChalkInstance): string {
  const said = (what: string, wanted: string, { verdict, strata, reasons }: Judgement): string => {
    const flips = Object.values(strata).reduce((sum, { gains, losses }) => sum + gains + losses, 0)
    const codes = [...new Set(reasons.map(({ code }) => code))].join(', ')
    return `  ${wrap(`${what}: ${verdict} (${codes}; ${plural(flips, 'flip')}); it should be ${wanted}.`, 78, 2)}`
  }
  return [
    said('The model in production against itself', 'ABSTAIN with no-difference', itself),
    said('A copy with noise added to its weights', 'REFUSE', noisy),
    `  ${passed ? paint.green('The gate judged both rightly.') : paint.red('The gate judged wrongly: do not trust its verdicts on this machine.')}`,
  ].join('\n')
}
