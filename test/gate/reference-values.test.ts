import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { weighEvidence } from '../../src/gate/evidence.ts'
import { judge } from '../../src/gate/judge.ts'
import type { PairedScore } from '../../src/gate/judgement.ts'
import { normalQuantile } from '../../src/gate/normal-quantile.ts'
import { tangoInterval } from '../../src/gate/tango.ts'
import { exactShare, limits, rowsOf } from './rows-of.ts'

// The reference values of the gate's specification, computed there by two independent programs, to four digits.
const near = (actual: number, expected: number, what: string): void =>
  assert.ok(Math.abs(actual - expected) <= 0.00005 + 1e-9, `${what}: ${actual} is not ${expected}`)

describe('Tango intervals equal the reference values', () => {
  const cases = [
    [10, 0, 20, 0.5, 0.3213, 0.6726],
    [0, 0, 100, 0, -0.0263, 0.0263],
    [0, 0, 52, 0, -0.0495, 0.0495],
    [3, 1, 60, 0.0333, -0.0285, 0.1049],
    [30, 2, 50, 0.56, 0.4116, 0.6794],
    [12, 12, 200, 0, -0.0419, 0.0419],
    [0, 5, 100, -0.05, -0.0992, -0.0223],
  ] as const
  for (const [gains, losses, n, difference, lower, upper] of cases) {
    test(`${gains} gained and ${losses} lost of ${n}`, () => {
      const interval = tangoInterval({ n, gains, losses }, normalQuantile(0.95))
      near((gains - losses) / n, difference, 'difference')
      near(interval.lower, lower, 'lower')
      near(interval.upper, upper, 'upper')
    })
  }
})

interface Case {
  gate: readonly [number, number, number]
  retention: readonly [number, number, number]
  share: number
  range?: readonly [number, number]
  alpha?: number
  expected: readonly [number, number, number]
  verdict: string
  reasons?: readonly string[]
}

const cases: Case[] = [
  { gate: [30, 2, 50], retention: [0, 1, 100], share: 0.1, expected: [0.047, 0.0133, 0.0738], verdict: 'DEPLOY' },
  {
    gate: [10, 0, 50],
    retention: [0, 0, 100],
    share: 0.1,
    expected: [0.02, -0.0049, 0.046],
    verdict: 'ABSTAIN',
    reasons: ['gain-not-shown'],
  },
  { gate: [40, 0, 50], retention: [0, 0, 100], share: 0.1, expected: [0.08, 0.054, 0.1049], verdict: 'DEPLOY' },
  {
    gate: [2, 8, 50],
    retention: [0, 6, 100],
    share: 0.1,
    expected: [-0.066, -0.114, -0.0383],
    verdict: 'REFUSE',
    reasons: ['worse', 'retention-lost'],
  },
  { gate: [0, 0, 50], retention: [0, 0, 100], share: 0.1, expected: [0, -0.0243, 0.0243], verdict: 'ABSTAIN', reasons: ['no-difference'] },
  {
    gate: [12, 1, 20],
    retention: [1, 2, 60],
    share: 0.3,
    expected: [0.1533, 0.0626, 0.2215],
    verdict: 'ABSTAIN',
    reasons: ['retention-not-shown'],
  },
  {
    gate: [25, 0, 50],
    retention: [1, 9, 100],
    share: 0.1,
    expected: [-0.022, -0.0773, 0.0217],
    verdict: 'REFUSE',
    reasons: ['retention-lost'],
  },
  { gate: [0, 0, 200], retention: [0, 0, 800], share: 0.1, expected: [0, -0.0033, 0.0033], verdict: 'ABSTAIN', reasons: ['no-difference'] },
  {
    gate: [2, 1, 200],
    retention: [1, 1, 800],
    share: 0.1,
    expected: [0.0005, -0.0039, 0.005],
    verdict: 'REFUSE',
    reasons: ['no-worthwhile-gain'],
  },
  {
    gate: [30, 2, 50],
    retention: [0, 1, 100],
    share: 0.1,
    alpha: 0.0125,
    expected: [0.047, -0.0072, 0.0738],
    verdict: 'ABSTAIN',
    reasons: ['gain-not-shown'],
  },
  { gate: [40, 0, 50], retention: [0, 0, 100], share: 0.1, range: [0.05, 0.2], expected: [0.08, 0.0144, 0.186], verdict: 'DEPLOY' },
  { gate: [60, 5, 100], retention: [3, 6, 300], share: 0.15, expected: [0.074, 0.0511, 0.094], verdict: 'DEPLOY' },
  { gate: [1, 20, 100], retention: [4, 2, 300], share: 0.3, expected: [-0.0523, -0.0772, -0.0299], verdict: 'REFUSE', reasons: ['worse'] },
  {
    gate: [10, 0, 10],
    retention: [0, 0, 200],
    share: 0.2,
    expected: [0.2, 0.1142, 0.2107],
    verdict: 'ABSTAIN',
    reasons: ['too-few-items'],
  },
]

describe('verdicts equal the reference values', () => {
  for (const { gate, retention, share, range, alpha = 0.05, expected, verdict, reasons = [] } of cases) {
    test(`gate ${gate.join(', ')}; retention ${retention.join(', ')}; share ${share}: ${verdict} ${reasons.join(', ')}`, () => {
      const [lower, upper] = range ?? [share, share]
      const judgement = judge({
        scores: [...rowsOf('gate', ...gate), ...rowsOf('retention', ...retention)],
        failureShare: { value: share, lower, upper, source: 'given' },
        limits: { ...limits, alpha },
      })
      near(judgement.estimate, expected[0], 'estimate')
      near(judgement.interval.lower, expected[1], 'lower')
      near(judgement.interval.upper, expected[2], 'upper')
      assert.equal(judgement.verdict, verdict)
      const codes = judgement.reasons.map(({ code }) => code)
      assert.deepEqual(codes, reasons)
    })
  }

  test('the named bounds of retention: -.0818 where it is not shown, -.0331 where it is lost', () => {
    const z = normalQuantile(0.95)
    near(tangoInterval({ n: 60, gains: 1, losses: 2 }, z).lower, -0.0818, 'lower')
    near(tangoInterval({ n: 100, gains: 1, losses: 9 }, z).upper, -0.0331, 'upper')
  })

  test('graded scores count with their amounts: gate 12.6, 1.1, 40; retention .4, 1.9, 200; share .2: DEPLOY', () => {
    const row = (stratum: 'gate' | 'retention', index: number, baseline: number, candidate: number): PairedScore => {
      return { id: `${stratum}-${index}`, stratum, category: 'general', baseline, candidate }
    }
    const rows = (stratum: 'gate' | 'retention', n: number, changes: readonly (readonly [number, number])[]): PairedScore[] =>
      Array.from({ length: n }, (_, index) => row(stratum, index, ...(changes[index] ?? ([0.5, 0.5] as const))))
    const whole = Array.from({ length: 12 }, () => [0, 1] as const)
    const scores = [
      ...rows('gate', 40, [...whole, [0.2, 0.8], [1, 0], [0.6, 0.5]]),
      ...rows('retention', 200, [
        [0.3, 0.7],
        [1, 0],
        [0.9, 0],
      ]),
    ]
    const judgement = judge({ scores, failureShare: exactShare(0.2), limits })
    near(judgement.strata.gate.gains, 12.6, 'gate gains')
    near(judgement.strata.retention.losses, 1.9, 'retention losses')
    near(judgement.estimate, 0.0515, 'estimate')
    near(judgement.interval.lower, 0.0205, 'lower')
    near(judgement.interval.upper, 0.0816, 'upper')
    assert.equal(judgement.verdict, 'DEPLOY')
  })

  test('52 retention items are the floor at a margin of 5 points even without a loss, as the specification says', () => {
    const lower = (n: number): number => {
      const counts = {
        gate: { n: 0, gains: 0, losses: 0 },
        retention: { n, gains: 0, losses: 0 },
        regression: { n: 0, gains: 0, losses: 0 },
      }
      return weighEvidence(counts, exactShare(0.1), limits).strata.retention.lower
    }
    assert.ok(lower(52) > -0.05 && lower(51) <= -0.05)
  })
})
