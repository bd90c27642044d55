import type { ChalkInstance } from 'chalk'
import type { Status } from '../cycle/status.ts'
import { baseModelName } from '../state/state.ts'
import { count, duration, level, moment, percent, plural, wrap } from './format.ts'

const labelWidth = 12

/** The whole status on one screen of 80 columns. */
export function describeStatus(status: Status, paint: ChalkInstance, now: Date): string {
  const lines = [
    row('Model', `${paint.bold(status.current_model)}${score(status)}`),
    row('Trained', trained(status, now)),
    row('Learnings', learnings(status)),
    ...status.triggers.map(({ name, state, explanation }, index) => {
      const mark = state === 'met' ? paint.green('●') : state === 'unknown' ? '?' : '○'
      return row(index === 0 ? 'Triggers' : '', `${mark} ${name.padEnd(12)}${wrap(explanation, 80 - labelWidth - 14, labelWidth + 14)}`)
    }),
    row('Due', status.should_trigger ? paint.green(`yes: ${status.trigger_reason}`) : `no: ${status.trigger_reason}`),
    row('Cycle', cycle(status)),
    ...(status.attempts.made === 0 ? [] : [row('Attempts', attempts(status))]),
    ...(status.backoff_until === null || Date.parse(status.backoff_until) <= now.getTime()
      ? []
      : [row('Backoff', `no cycle by itself before ${moment(status.backoff_until)}`)]),
    ...(status.current_model === baseModelName ? [] : [row('Probation', status.probation.text)]),
    row('Checked', status.last_check_time === null ? 'never' : `${moment(status.last_check_time)} (${ago(status.last_check_time, now)})`),
  ]
  if (status.last_verdict !== null) {
    lines.push(
      row('Last cycle', `${status.last_verdict.cycle}: ${paint.bold(status.last_verdict.outcome)}, ${moment(status.last_verdict.at)}`),
    )
  }
  // What is to be done is said once, at the end.
  const { what_to_do: toDo, why_not_deployed: why } = status
  for (const { what, remedy } of status.blockers) lines.push(row('Blocked', paint.red(what)), ...(remedy === toDo ? [] : [row('', remedy)]))
  if (status.notice !== null) lines.push(row('Notice', status.notice))
  if (why !== null) lines.push('', wrap(`Why nothing was deployed: ${withoutEnding(why, toDo)}`, 80, 2))
  if (toDo !== null) lines.push(wrap(`What to do: ${toDo}`, 80, 2))
  return lines.join('\n')
}

const withoutEnding = (text: string, ending: string | null): string =>
  ending !== null && text.endsWith(ending) ? text.slice(0, -ending.length).trim() : text

function row(label: string, text: string): string {
  return `${label.padEnd(labelWidth)}${wrap(text, 80 - labelWidth, labelWidth)}`
}

const score = ({ improvement_score: accuracy }: Status): string => (accuracy === 0 ? '' : ` (estimated live accuracy ${percent(accuracy)})`)

function trained({ training_runs: runs, last_training_time: at }: Status, now: Date): string {
  return at === null ? 'never' : `${plural(runs, 'time')}, last ${moment(at)} (${ago(at, now)})`
}

function learnings({ learnings_since_training: waiting, unusable, forgotten }: Status): string {
  const bad =
    unusable.count === 0
      ? ''
      : `; ${count(unusable.count)} unusable (${unusable.reasons.map((reason) => `${count(reason.count)} ${reason.text}`).join(', ')})`
  return `${count(waiting)} waiting${bad}${forgotten === 0 ? '' : `; ${count(forgotten)} forgotten`}`
}

function cycle({ cycle: open }: Status): string {
  if (open === null) return 'none open'
  const progress = open.progress
  const share = progress?.share == null ? '' : `, ${Math.floor(100 * progress.share)}%`
  const left = progress?.timeLeftMs == null ? '' : `, about ${duration(progress.timeLeftMs)} left`
  const words = progress?.text == null ? '' : `: ${progress.text}`
  return `${open.id}, ${open.step ?? 'closing'} ${open.status}${words}${share}${left}`
}

const attempts = ({ attempts: { made, wealth, alpha }, current_model: model }: Status): string =>
  `${made} on ${model}; ${level(wealth)} of 0.1 left to spend, so the next one is judged at ${level(alpha)} or, with new items, more`

const ago = (iso: string, now: Date): string => `${duration(now.getTime() - new Date(iso).getTime())} ago`
