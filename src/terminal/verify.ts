import type { ChalkInstance } from 'chalk'
import type { Verification } from '../cycle/verify.ts'
import type { Findings } from '../cycle/verify-records.ts'
import { wrap } from './format.ts'

/** A line for each thing that was compared, and below it what differs. */
export function describeVerification({ intact, releases, served, pinned }: Verification, paint: ChalkInstance): string {
  const block = (name: string, { problems, notes }: Findings): string[] => [
    `${problems.length === 0 ? paint.green('ok') : paint.red('XX')}  ${name}${notes.length === 0 ? '' : `: ${notes.join('; ')}`}`,
    ...problems.map((problem) => paint.red(problem)),
  ]
  const lines = [
    ...releases.flatMap((release) => block(release.name, release)),
    ...block('what is served', served),
    ...block('the pinned items', pinned),
  ].map((line) => wrap(line, 78, 4))
  const advice =
    'Something is not what was recorded. Restore what is named above from a backup, or go back to a release that is intact with "genesis-improve rollback".'
  return [...lines, '', intact ? 'Everything that can be compared is what was recorded.' : wrap(advice, 80)].join('\n')
}
