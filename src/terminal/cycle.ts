import type { ChalkInstance } from 'chalk'
import type { ShownCycle } from '../cycle/show.ts'
import type { Judgement, LostItem } from '../gate/judgement.ts'
import { describeDataset } from './dataset.ts'
import { describeTuning } from './tuning.ts'
import { duration, level, moment, percent, points, shorten, table, wrap } from './format.ts'

/** One cycle: its steps, the accuracy of both models, the verdict with its interval, and examples of what changed. */
export function describeCycle(cycle: ShownCycle, paint: ChalkInstance): string {
  const lines = [
    `${paint.bold(cycle.id)}  ${cycle.outcome === null ? `open, at ${cycle.step ?? 'its end'}` : paint.bold(cycle.outcome)}`,
    `  opened ${moment(cycle.openedAt)}: ${wrap(cycle.reason, 72, 8)}`,
    `  baseline ${cycle.baseline}`,
    '',
    table(
      cycle.steps
        .filter(({ status }) => status !== 'not reached')
        .map(({ step, status, attempts, durationMs }) => [
          `  ${step}`,
          status,
          durationMs === null ? '' : duration(durationMs),
          attempts > 1 ? `${attempts} attempts` : '',
        ]),
    ),
  ]
  for (const { step, error } of cycle.steps) if (error !== null) lines.push(wrap(`  ${step}: ${error}`, 80, 4))
  if (cycle.dataset !== null) lines.push('', describeDataset(cycle.dataset))
  if (cycle.tuning !== null) lines.push('', describeTuning(cycle.tuning))
  if (cycle.accuracy !== null) lines.push('', describeAccuracy(cycle.accuracy))
  if (cycle.judgement !== null) lines.push('', describeVerdict(cycle.judgement, paint) + describeSlices(cycle.judgement))
  else if (cycle.reasons.length > 0) lines.push('', ...cycle.reasons.map((reason) => `  ${wrap(`- ${reason}`, 78, 4)}`))
  lines.push(...describeAttempt(cycle))
  const isNamed = cycle.judgement?.reasons.some(({ items = [] }) => items.length > 0) ?? false
  const lost = cycle.flips.filter(({ difference }) => difference < 0)
  const gained = cycle.flips.filter(({ difference }) => difference > 0)
  // The reasons show the worst of them already.
  if (lost.length > 0 && !isNamed) lines.push('', `  Lost (${lost.length}):`, ...lost.slice(0, 3).map(describeItem))
  if (gained.length > 0) lines.push('', `  Gained (${gained.length}):`, ...gained.slice(0, 3).map(describeItem))
  return lines.join('\n')
}

function describeAttempt({ attempt, backoffUntil, baseline }: ShownCycle): string[] {
  const lines: string[] = []
  if (attempt !== null) {
    const { number, alpha, wealth, wealthLeft } = attempt
    const which = number === null ? 'Attempt' : `Attempt ${number}`
    lines.push(
      `${which} on ${baseline}: alpha ${level(alpha)} of the ${level(wealth)} there was; ${level(wealthLeft)} left for the next one, and what new items earn`,
    )
  }
  if (backoffUntil !== null) lines.push(`Next cycle not by itself before ${moment(backoffUntil)}`)
  return lines.map((line) => `  ${wrap(line, 78, 4)}`)
}

export function describeAccuracy(accuracy: NonNullable<ShownCycle['accuracy']>): string {
  const rows = accuracy.map(({ stratum, items, baseline, candidate }) => [
    `  ${stratum}`,
    String(items),
    percent(baseline),
    percent(candidate),
    points(candidate - baseline),
  ])
  return table([['  items', 'number', 'baseline', 'candidate', 'difference'], ...rows], [1, 2, 3, 4])
}

/** What the gate counted in each stratum. */
function describeStrata({ strata }: Judgement): string {
  const rows = Object.entries(strata)
    .filter(([, { n }]) => n > 0)
    .map(([stratum, { n, gains, losses, difference, lower, upper }]) => [
      `  ${stratum}`,
      String(n),
      amount(gains),
      amount(losses),
      points(difference),
      `${points(lower)} to ${points(upper)}`,
    ])
  return table([['  items', 'number', 'gained', 'lost', 'difference', 'interval'], ...rows], [1, 2, 3, 4, 5])
}

function describeVerdict({ verdict, estimate, interval, reasons, alpha, failureShare, missing }: Judgement, paint: ChalkInstance): string {
  const colour = verdict === 'DEPLOY' ? paint.green : verdict === 'REFUSE' ? paint.red : paint.yellow
  const assumed =
    failureShare.source === 'assumed'
      ? 'assumed, for want of recorded successes'
      : failureShare.source === 'given'
        ? 'given'
        : 'from outcomes'
  // The same item is often the worst of several reasons; once is enough.
  const shown = new Set<string>()
  const lines = [
    `  Verdict  ${colour.bold(verdict)}`,
    `  Estimated gain in live accuracy ${points(estimate)}`,
    `  between ${points(interval.lower)} and ${points(interval.upper)}`,
    `  (alpha ${alpha}; failure share ${percent(failureShare.value)}, ${assumed})`,
    ...reasons.flatMap(({ text, items = [] }) => {
      const fresh = items.filter(({ id }) => !shown.has(id))
      for (const { id } of fresh) shown.add(id)
      return [`  ${wrap(`- ${text}`, 78, 4)}`, ...fresh.map(describeItem)]
    }),
  ]
  const lacking = Object.entries(missing).filter(([, items]) => items > 0)
  if (lacking.length > 0) lines.push(`  Missing: ${lacking.map(([stratum, items]) => `${items} ${stratum} items`).join(', ')}`)
  return lines.join('\n')
}

/** Strata, verdict and categories: what the gate says of two models. */
export const describeJudgement = (judgement: Judgement, paint: ChalkInstance): string =>
  `${describeStrata(judgement)}\n\n${describeVerdict(judgement, paint)}${describeSlices(judgement)}`

/** Every category, set off from what stands before it; nothing when there is only one. `-` is a category with too few items to test. */
function describeSlices({ slices }: Judgement): string {
  if (slices.length < 2) return ''
  const rows = slices.map(({ category, n, gains, losses, difference, p, decisive }) => [
    `  ${shorten(category, widestCategory)}`,
    String(n),
    amount(gains),
    amount(losses),
    points(difference),
    p === null ? '-' : p < 0.001 ? '<0.001' : p.toFixed(3),
    decisive ? 'lost' : '',
  ])
  return `\n\n${table([['  category', 'items', 'gained', 'lost', 'difference', 'p', ''], ...rows], [1, 2, 3, 4, 5])}`
}

/** Counts are sums of score differences, so with graded scores they are fractions. */
const amount = (value: number): string => (Number.isInteger(value) ? String(value) : value.toFixed(1))

const widestCategory = 26
const widestText = 60

/** An item with what was asked and both answers, as far as they are known. */
function describeItem({ id, input, expected, baseline, candidate }: Omit<LostItem, 'difference'>): string {
  const asked = input === undefined ? { item: id } : { asked: input }
  const lines = Object.entries({ ...asked, expected, baseline, candidate })
    .filter(([, text]) => text !== undefined)
    .map(([name, text]) => `      ${name.padEnd(9)} ${shorten(text ?? '', widestText)}`)
  return [...lines, ''].join('\n')
}
