import { judge } from '../../src/gate/judge.ts'
import type { Judgement, PairedScore } from '../../src/gate/judgement.ts'

/** Gained, lost, and all items. */
type Counted = readonly [gained: number, lost: number, n: number]

interface ReferenceCase {
  gate: Counted
  retention: Counted
  share: number
  range?: readonly [lower: number, upper: number]
  alpha?: number
}

/** The cases of the specification, which two independent programs computed; test/gate/reference-values.test.ts holds the gate to them. */
export const referenceCases: readonly ReferenceCase[] = [
  { gate: [30, 2, 50], retention: [0, 1, 100], share: 0.1 },
  { gate: [30, 2, 50], retention: [0, 1, 100], share: 0.1, alpha: 0.0125 },
  { gate: [10, 0, 50], retention: [0, 0, 100], share: 0.1 },
  { gate: [40, 0, 50], retention: [0, 0, 100], share: 0.1, range: [0.05, 0.2] },
  { gate: [2, 8, 50], retention: [0, 6, 100], share: 0.1 },
  { gate: [0, 0, 50], retention: [0, 0, 100], share: 0.1 },
  { gate: [12, 1, 20], retention: [1, 2, 60], share: 0.3 },
]

export function judgementOf({ gate, retention, share, range = [share, share], alpha = 0.05 }: ReferenceCase): Judgement {
  const scores = [...rowsOf('gate', gate), ...rowsOf('retention', retention)]
  const failureShare = { value: share, lower: range[0], upper: range[1], source: 'given' as const }
  return judge({ scores, failureShare, limits: { alpha, minimumGain: 0.01, margin: 0.05 } })
}

function rowsOf(stratum: 'gate' | 'retention', [gained, lost, n]: Counted): PairedScore[] {
  return Array.from({ length: n }, (_, index) => {
    const baseline = index < gained ? 0 : 1
    const candidate = index >= gained && index < gained + lost ? 0 : 1
    return { id: `${stratum}-${index}`, stratum, category: 'general', baseline, candidate }
  })
}

export function referenceTable(): string {
  const points = (value: number): string => (100 * value).toFixed(1)
  const counted = ([gained, lost, n]: Counted): string => `+${gained} -${lost} of ${n}`
  const rows = referenceCases.map((reference) => {
    const { verdict, estimate, interval, reasons, alpha } = judgementOf(reference)
    const { share, range } = reference
    const known = range === undefined ? String(share) : `${share} [${range.join(', ')}]`
    const why = reasons.map(({ code }) => `\`${code}\``).join(', ')
    return [
      counted(reference.gate),
      counted(reference.retention),
      known,
      String(alpha),
      `${points(estimate)} [${points(interval.lower)}, ${points(interval.upper)}]`,
      `${verdict} ${why}`.trim(),
    ]
  })
  const head = ['gate', 'retention', 'share', 'alpha', 'gain in points [lower, upper]', 'verdict']
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}
