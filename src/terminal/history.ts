import type { ChalkInstance } from 'chalk'
import type { Past } from '../cycle/past.ts'
import { moment, percent, points, table, wrap } from './format.ts'

export function describeHistory({ current_model: current, cycles, releases }: Past, paint: ChalkInstance): string {
  if (cycles.length === 0) return 'No cycle has run yet. "genesis-improve status" shows what it is waiting for.'
  const lines = [paint.bold('Cycles')]
  for (const { id, outcome, step, estimate, reasons } of cycles) {
    const ended = outcome ?? `open, at ${step ?? 'its end'}`
    const gain = estimate === null ? '' : ` (${points(estimate)})`
    const why = outcome === 'DEPLOY' || reasons[0] === undefined ? '' : `: ${reasons[0]}`
    lines.push(`  ${wrap(`${id}  ${ended}${gain}${why}`, 78, 25)}`)
  }
  lines.push('', paint.bold('Releases'))
  const rows = releases.map(({ name, deployedAt, rolledBackAt, improvementScore }) => [
    `  ${name}`,
    moment(deployedAt),
    improvementScore === null ? '-' : percent(improvementScore),
    name === current ? 'current' : rolledBackAt === null ? '' : 'rolled back',
  ])
  lines.push(rows.length === 0 ? `  none; ${current} is served` : table(rows))
  return lines.join('\n')
}
