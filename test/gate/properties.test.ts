import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { judge } from '../../src/gate/judge.ts'
import type { FailureShare, PairedScore } from '../../src/gate/judgement.ts'
import { verdictOn } from '../../src/gate/verdict.ts'
import type { GateQuestion } from '../../src/gate/verdict.ts'
import { exactShare, limits, rowsOf } from './rows-of.ts'

const question = (scores: readonly PairedScore[], more: Partial<GateQuestion> = {}): GateQuestion => ({
  scores,
  failureShare: exactShare(0.1),
  limits,
  ...more,
})

const score = fc.constantFrom(0, 0.25, 0.5, 1)
const stratum = (name: PairedScore['stratum'], minLength: number, maxLength: number) =>
  fc
    .array(fc.tuple(score, score), { minLength, maxLength })
    .map((pairs) =>
      pairs.map(([baseline, candidate], index) => ({ id: `${name}-${index}`, stratum: name, category: 'general', baseline, candidate })),
    )
/** A share that is known, or one with a range around it. */
const share = fc.tuple(fc.double({ min: 0.02, max: 0.5, noNaN: true }), fc.constantFrom(1, 1, 2)).map(([value, width]): FailureShare => {
  return { value, lower: value / width, upper: Math.min(1, value * width), source: 'given' }
})
const improving = fc
  .tuple(fc.integer({ min: 20, max: 60 }), fc.integer({ min: 0, max: 3 }), fc.integer({ min: 60, max: 150 }))
  .chain(([n, losses, kept]) =>
    fc
      .tuple(fc.integer({ min: 0, max: n - losses }), fc.integer({ min: 0, max: 2 }))
      .map(([gains, lost]) => [...rowsOf('gate', gains, losses, n), ...rowsOf('retention', 0, lost, kept)]),
  )

describe('properties of the rule', () => {
  test('the order of the scores is irrelevant', () => {
    const scores = fc
      .tuple(stratum('gate', 0, 40), stratum('retention', 0, 80), stratum('regression', 0, 20))
      .map((strata) => strata.flat())
    fc.assert(
      fc.property(scores, fc.infiniteStream(fc.integer()), (rows, keys) => {
        const keyed = rows.map((row) => ({ row, key: Number(keys.next().value) })).sort((a, b) => a.key - b.key)
        assert.deepEqual(judge(question(keyed.map(({ row }) => row))), judge(question(rows)))
      }),
      { numRuns: 30 },
    )
  })

  test('swapping the models mirrors estimate and intervals', () => {
    fc.assert(
      fc.property(fc.tuple(stratum('gate', 1, 40), stratum('retention', 1, 80)), (strata) => {
        const rows = strata.flat()
        const one = judge(question(rows))
        const other = judge(question(rows.map((row) => ({ ...row, baseline: row.candidate, candidate: row.baseline }))))
        for (const [mine, mirrored] of [
          [one.estimate, -other.estimate],
          [one.interval.lower, -other.interval.upper],
          [one.interval.upper, -other.interval.lower],
          ...(['gate', 'retention', 'regression'] as const).flatMap((stratum) => [
            [one.strata[stratum].lower, -other.strata[stratum].upper] as const,
            [one.strata[stratum].gains, other.strata[stratum].losses] as const,
          ]),
        ] as const) {
          assert.ok(Math.abs(mine - mirrored) < 1e-9)
        }
      }),
      { numRuns: 30 },
    )
  })

  test('slices left aside, more of the same evidence never turns DEPLOY into REFUSE', () => {
    let deployed = 0
    fc.assert(
      fc.property(improving, share, fc.integer({ min: 2, max: 5 }), (rows, failureShare, times) => {
        if (verdictOn(question(rows, { failureShare })).verdict !== 'DEPLOY') return
        deployed += 1
        const more = Array.from({ length: times }, (_, copy) => rows.map((row) => ({ ...row, id: `${copy} ${row.id}` }))).flat()
        const { verdict, reasons } = verdictOn(question(more, { failureShare }))
        assert.ok(verdict !== 'REFUSE' || reasons.every(({ code }) => code === 'slice-lost'))
      }),
      { numRuns: 300 },
    )
    assert.ok(deployed > 20, 'too few of them were deployed to say anything')
  })

  test('nor do further items without a flip', () => {
    fc.assert(
      fc.property(improving, share, fc.nat(60), fc.nat(200), (rows, failureShare, gate, retention) => {
        if (verdictOn(question(rows, { failureShare })).verdict !== 'DEPLOY') return
        const more = [...rows, ...rowsOf('gate', 0, 0, gate, 'more'), ...rowsOf('retention', 0, 0, retention, 'more')]
        const { reasons } = verdictOn(question(more, { failureShare }))
        assert.ok(!reasons.some(({ code }) => code === 'worse' || code === 'retention-lost'))
      }),
      { numRuns: 200 },
    )
  })
})
