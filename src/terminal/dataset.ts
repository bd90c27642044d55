import type { ShownDataset } from '../cycle/shown-dataset.ts'
import { plural, shorten, wrap } from './format.ts'

const shownCharacters = 60

/** What became of the learnings: how many are trained on, and why the others are not, with examples. */
export function describeDataset({ learnings, excluded, redacted, conflicts, clusters, preferences }: ShownDataset): string {
  const { in: collected, used, heldOut, superseded } = learnings
  const lines = [
    `  Learnings  ${collected} collected: ${used} trained on, ${heldOut} held out, ${superseded} superseded, ${excludedIn(excluded)} left out`,
  ]
  for (const { reason, count, examples } of excluded) {
    lines.push(`    ${wrap(`${count} left out: each ${reason}`, 76, 6)}`)
    for (const { id, input } of examples) lines.push(`      ${shorten(`${id}: ${input}`, shownCharacters)}`)
  }
  if (conflicts > 0)
    lines.push(
      `    ${plural(conflicts, 'question has', 'questions have')} different corrections (see "conflicts" in prepare/manifest.json)`,
    )
  if (clusters > 0) lines.push(`    ${plural(clusters, 'group')} of near-duplicates among the held-out items, each counted as one`)
  if (preferences > 0) lines.push(`    ${plural(preferences, 'pair')} of a correction and what it corrects`)
  const values = Object.entries(redacted).map(([kind, count]) => `${count} ${kind}`)
  if (values.length > 0) lines.push(`  ${wrap(`Private data replaced by placeholders: ${values.join(', ')}`, 78, 4)}`)
  return lines.join('\n')
}

const excludedIn = (excluded: ShownDataset['excluded']): number => excluded.reduce((sum, { count }) => sum + count, 0)
