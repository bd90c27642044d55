import { Chalk } from 'chalk'
import type { GenesisError } from '../errors.ts'
import { wrap } from './format.ts'

/** What happened, why, what to do now, and the code to look up. */
export function explainError(error: GenesisError, colour: boolean): string {
  const paint = new Chalk({ level: colour ? 1 : 0 })
  const lines = [`${paint.red('Error:')} ${wrap(error.what, 80, 7)}`]
  if (error.why !== undefined)
    lines.push(...error.why.split('\n').map((line) => `  Why: ${wrap(line, 73, 7)}`.replace(/^ {2}Why: (?= *-)/, '       ')))
  lines.push(`  Do:  ${wrap(error.remedy, 73, 7)}`, paint.dim(`  (${error.code})`))
  return lines.join('\n')
}
