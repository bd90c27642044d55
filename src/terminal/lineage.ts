import type { ChalkInstance } from 'chalk'
import type { Forgetting } from '../cycle/forget.ts'
import type { LearningInCycle } from '../cycle/learning-in-cycles.ts'
import type { ShownRelease } from '../cycle/release-lineage.ts'
import type { LearningTrace } from '../cycle/trace-learning.ts'
import { moment, percent, plural, shorten, wrap } from './format.ts'

const shownIds = 5
const labelWidth = 14

const row = (label: string, text: string): string =>
  `  ${label.padEnd(labelWidth - 2)}${wrap(text, 80 - labelWidth).replaceAll('\n', `\n${' '.repeat(labelWidth)}`)}`

/** Where a release came from. */
export function describeRelease(release: ShownRelease, paint: ChalkInstance): string {
  const { trainedOn, judgedBy, base, trainer, verdict, forgotten, improvementScore } = release
  const came = release.deployedAt === null ? 'never deployed' : `deployed ${moment(release.deployedAt)} after ${release.previous ?? '?'}`
  const left = release.rolledBackAt === null ? '' : `, rolled back ${moment(release.rolledBackAt)}`
  return [
    paint.bold(release.name),
    row('Cycle', `${release.cycle}; ${came}${left}`),
    row('Base', `${base.path} (${short(base.digest)})`),
    row('Trained on', `${ids('learning', trainedOn.learnings)} (train.jsonl ${short(release.datasetDigest)})`),
    row('Replayed', ids('corpus entry', trainedOn.corpus, 'corpus entries')),
    row('Judged by', `${ids('item', judgedBy.items)} (pinned.jsonl ${judgedBy.digest === null ? 'gone' : short(judgedBy.digest)})`),
    row('Trainer', trainer === null ? 'not known' : settings(trainer)),
    row('Adapter', short(release.adapterDigest)),
    row('Model', short(release.digest)),
    row('Version', release.toolVersion ?? 'not recorded'),
    ...(improvementScore === null ? [] : [row('Accuracy', `${percent(improvementScore)}, estimated live`)]),
    ...(verdict === null ? [] : [row('Verdict', verdict.verdict)]),
    ...(forgotten.length === 0
      ? []
      : [row('Forgotten', paint.yellow(`${ids('learning', forgotten)}: it was trained on, and forgotten since`))]),
    ...release.problems.map((problem) => row('Damaged', paint.red(problem))),
    '  All ids: genesis-improve show RELEASE --json',
  ].join('\n')
}

/** When a learning came, what became of it and where it has been. */
export function describeLearning({ id, learning, fate, reason, forgotten, items, cycles }: LearningTrace, paint: ChalkInstance): string {
  const lines = [`${paint.bold(id)}  ${fate}${reason === null ? '' : `: ${reason}`}`]
  if (learning === null) lines.push(row('Learning', 'it is no longer in the learnings files'))
  else {
    lines.push(
      row(
        'Came',
        `${moment(learning.at)}, ${learning.kind}, ${learning.category}${learning.source === null ? '' : `, from ${learning.source}`}`,
      ),
    )
    if (forgotten === null) lines.push(row('Asked', cut(learning.input)), row('Wanted', cut(learning.wanted)))
  }
  if (forgotten !== null) lines.push(row('Forgotten', moment(forgotten.at)))
  if (items.length > 0) lines.push(row('Item', `${items.join(', ')} is pinned: asked of every candidate, never trained on`))
  if (cycles.length === 0) lines.push(row('Cycles', 'none has collected it yet'))
  for (const cycle of cycles) lines.push(row(cycles[0] === cycle ? 'Cycles' : '', inCycle(cycle)))
  return lines.join('\n')
}

/** What `forget` did. */
export function describeForgetting({ id, forgotten, items, releases, openCycle }: Forgetting): string {
  return [
    forgotten ? `${id} is forgotten: it is never trained on or judged by again.` : `${id} was forgotten before.`,
    ...(items.length > 0 ? [`No longer pinned: ${items.join(', ')}`] : []),
    ...(openCycle === null ? [] : [`${openCycle} is open and was prepared with it: it will not deploy. "genesis-improve cancel" ends it.`]),
    releases.length === 0
      ? 'No release was trained on it.'
      : `Trained on it, and not changed by this: ${releases.join(', ')}. The next release is made without it.`,
  ]
    .map((line) => wrap(line, 80, 2))
    .join('\n')
}

function inCycle({
  cycle,
  outcome,
  outcomeReasons,
  fate,
  reason,
  trained,
  items,
  release,
  deployedAt,
  rolledBackAt,
}: LearningInCycle): string {
  const part = trained ? 'trained on' : fate === null ? 'collected' : fate
  const judged = items.length === 0 ? '' : ` as ${items.join(', ')}`
  const ended = outcome === null ? 'open' : outcome
  const why = outcomeReasons[0] === undefined ? '' : `: ${outcomeReasons[0]}`
  const end =
    release === null ? `${ended}${why}` : `${release}, deployed ${moment(deployedAt)}${rolledBackAt === null ? '' : ', rolled back'}`
  return `${cycle}: ${part}${judged}${reason === null ? '' : ` (${reason})`}; ${end}`
}

function ids(one: string, all: readonly string[], many?: string): string {
  const shown = all.slice(0, shownIds).join(', ')
  return `${plural(all.length, one, many)}${all.length === 0 ? '' : `: ${shown}${all.length > shownIds ? ', ...' : ''}`}`
}

const settings = (trainer: Record<string, unknown>): string =>
  Object.entries(trainer)
    .filter(([, value]) => typeof value !== 'object' || Array.isArray(value))
    .map(([name, value]) => `${name} ${Array.isArray(value) ? value.join('+') : String(value)}`)
    .join(', ')

const short = (digest: string): string => digest.slice(0, 12)

const longest = 60
const cut = (text: string | null): string => (text === null ? '-' : shorten(text, longest))
