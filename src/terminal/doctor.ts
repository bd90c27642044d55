import type { ChalkInstance } from 'chalk'
import type { Finding } from '../doctor/finding.ts'
import { plural, wrap } from './format.ts'

const indent = 14

/** A line for each finding, with what to do below those that need something done. */
export function describeFindings(findings: readonly Finding[], paint: ChalkInstance): string {
  const marks = { ok: paint.green('ok'), warning: paint.yellow('!!'), failure: paint.red('XX') }
  const block = (text: string): string => wrap(text, 80 - indent).replaceAll('\n', `\n${' '.repeat(indent)}`)
  const lines = findings.flatMap(({ name, level, what, remedy }) => [
    `${marks[level]}  ${name.padEnd(indent - 4)}${block(what)}`,
    ...(remedy === null ? [] : [`${' '.repeat(indent)}${block(remedy)}`]),
  ])
  const count = (level: Finding['level']): number => findings.filter((finding) => finding.level === level).length
  const [failures, warnings] = [count('failure'), count('warning')]
  const summary =
    failures > 0
      ? `${plural(failures, 'failure')}: no cycle can run until ${failures === 1 ? 'it is' : 'they are'} mended.`
      : warnings > 0
        ? `A cycle can run; ${plural(warnings, 'warning')}.`
        : 'Everything is in order.'
  return [...lines, '', summary].join('\n')
}
