import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { GenesisError } from '../../src/errors.ts'
import { judge } from '../../src/gate/judge.ts'
import type { GateQuestion } from '../../src/gate/verdict.ts'
import type { PairedScore } from '../../src/gate/judgement.ts'
import { exactShare, limits, rowsOf } from './rows-of.ts'

const good = [...rowsOf('gate', 40, 0, 50), ...rowsOf('retention', 0, 0, 100)]
const question = (scores: readonly PairedScore[], more: Partial<GateQuestion> = {}): GateQuestion => ({
  scores,
  failureShare: exactShare(0.1),
  limits,
  ...more,
})
const codes = (asked: GateQuestion): string[] => judge(asked).reasons.map(({ code }) => code)

describe('the verdict', () => {
  test('DEPLOY has no reasons and nothing missing', () => {
    const judgement = judge(question(good))
    assert.equal(judgement.verdict, 'DEPLOY')
    assert.deepEqual(judgement.reasons, [])
    assert.deepEqual(judgement.missing, { gate: 0, retention: 0, regression: 0 })
  })

  test('a failed serving or behaviour check refuses what would be deployed, in the words of the check', () => {
    const judgement = judge(question(good, { checks: { serving: ['It did not load.'], behaviour: ['It repeats itself.', 'It is slow.'] } }))
    assert.equal(judgement.verdict, 'REFUSE')
    assert.deepEqual(judgement.reasons, [
      { code: 'serving', text: 'It did not load.' },
      { code: 'behaviour', text: 'It repeats itself.' },
      { code: 'behaviour', text: 'It is slow.' },
    ])
  })

  test('REFUSE comes before ABSTAIN: with something against it, what is not shown is not listed', () => {
    const few = [...rowsOf('gate', 3, 0, 10), ...rowsOf('retention', 0, 8, 50)]
    assert.deepEqual(codes(question(few)).includes('too-few-items'), false)
    assert.ok(codes(question(few)).includes('retention-lost'))
  })

  test('nothing at all is an ABSTAIN that lists everything that is not shown', () => {
    const judgement = judge(question([]))
    assert.equal(judgement.verdict, 'ABSTAIN')
    assert.deepEqual(
      judgement.reasons.map(({ code }) => code),
      ['no-difference', 'too-few-items', 'retention-not-shown'],
    )
    // Both strata are [-1, 1]: MOVER gives the root of .1 squared + .9 squared.
    assert.ok(Math.abs(judgement.interval.upper - Math.sqrt(0.82)) < 1e-12 && Math.abs(judgement.interval.lower + Math.sqrt(0.82)) < 1e-12)
    assert.equal(judgement.minimumDetectableEffect, null)
    assert.deepEqual(judgement.missing, { gate: 20, retention: 60, regression: 0 })
  })

  test('lost regression items refuse at any number; not shown they abstain from 60 on', () => {
    // 3 of 30 lost: difference -10 points; the score statistic at 0 is 3 / sqrt(3) = 1.73 > 1.645, so the upper bound is below 0.
    assert.deepEqual(codes(question([...good, ...rowsOf('regression', 0, 3, 30)])), ['regression-lost'])
    // 2 of 60 lost: 3.3 points are within the margin, but the lower bound is not.
    assert.deepEqual(codes(question([...good, ...rowsOf('regression', 0, 2, 60)])), ['regression-not-shown'])
    assert.deepEqual(codes(question([...good, ...rowsOf('regression', 0, 2, 59)])), [])
  })

  test('an estimate of exactly the minimum gain is too small, whatever the floating point says (.1 x .1 + .9 x 0 > .01)', () => {
    const scores = [...rowsOf('gate', 20, 0, 200), ...rowsOf('retention', 0, 0, 5000)]
    assert.deepEqual(codes(question(scores)), ['gain-too-small'])
  })

  test('a failure share with a range is looked at in both ends', () => {
    // 16 of 40 fixed: at .05 it would be a gain of 2 points whose lower bound, with 100 retention items, is below 0.
    const scores = [...rowsOf('gate', 16, 0, 40), ...rowsOf('retention', 0, 0, 100)]
    assert.deepEqual(codes(question(scores)), [])
    const judgement = judge(question(scores, { failureShare: { value: 0.1, lower: 0.05, upper: 0.2, source: 'assumed' } }))
    assert.deepEqual(
      judgement.reasons.map(({ code }) => code),
      ['gain-not-shown'],
    )
  })

  test('the texts of the reasons say their numbers', () => {
    const judgement = judge(question([...rowsOf('gate', 2, 8, 50), ...rowsOf('retention', 0, 6, 100)]))
    const text = judgement.reasons.find(({ code }) => code === 'retention-lost')?.text ?? ''
    assert.match(text, /0 gained and 6 lost of 100.*-6\.0 points.*-5\.0 points/)
    assert.match(judgement.reasons[0]?.text ?? '', /-6\.6 points, between -11\.4 points and -3\.8 points/)
  })
})

describe('slices', () => {
  const lost = rowsOf('retention', 0, 5, 20, 'dates')

  test('are counted by category over all strata: 5 of 20 lost is p = 1/32, 25 points', () => {
    const judgement = judge(question([...rowsOf('gate', 40, 0, 50), ...rowsOf('retention', 0, 0, 400), ...lost]))
    const slice = judgement.slices.find(({ category }) => category === 'dates')
    assert.deepEqual(slice, { category: 'dates', n: 20, gains: 0, losses: 5, difference: -0.25, p: 1 / 32, decisive: false })
  })

  test('the level is shared by the categories that are tested (Bonferroni)', () => {
    // "general" has 450 items, so two categories are tested: 1/32 is above .05/2. With 19 in each other category only one is tested.
    const rest = [...rowsOf('gate', 40, 0, 50), ...rowsOf('retention', 0, 0, 400)]
    assert.deepEqual(codes(question([...rest, ...lost])), [])
    const scattered = rest.map((row, index) => ({ ...row, category: `small-${Math.floor(index / 19)}` }))
    assert.deepEqual(codes(question([...scattered, ...lost])), ['slice-lost'])
    assert.deepEqual(
      judge(question([...scattered, ...lost])).slices.flatMap(({ category, decisive }) => (decisive ? [category] : [])),
      ['dates'],
    )
  })

  test('a category under 20 items is shown without a test', () => {
    const judgement = judge(question([...good, ...rowsOf('retention', 0, 1, 19, 'small')]))
    assert.equal(judgement.slices.find(({ category }) => category === 'small')?.p, null)
  })
})

describe('data that must not be judged', () => {
  const refused = (asked: GateQuestion): string => {
    try {
      judge(asked)
    } catch (error) {
      assert.ok(error instanceof GenesisError)
      assert.equal(error.code, 'GI-GATE-DATA')
      assert.equal(error.exitCode, 10)
      return error.why ?? ''
    }
    return assert.fail('it was judged')
  }
  const [first, second] = rowsOf('gate', 0, 0, 2) as [PairedScore, PairedScore]

  test('a doubled id, a score outside 0..1 or not a number, an unknown stratum: all named at once', () => {
    const why = refused(
      question([
        first,
        { ...first },
        { ...second, baseline: 1.5, candidate: Number.NaN },
        { ...second, id: 'odd', stratum: 'other' as PairedScore['stratum'] },
      ]),
    )
    assert.match(why, /item "general-gate-0" occurs more than once/)
    assert.match(why, /item "general-gate-1" has a baseline score of 1.5/)
    assert.match(why, /item "general-gate-1" has a candidate score of NaN/)
    assert.match(why, /item "odd" is of the unknown stratum "other"/)
  })

  test('of very many problems 20 are named and the rest counted', () => {
    assert.match(refused(question(rowsOf('gate', 0, 0, 50).map((row) => ({ ...row, baseline: -1 })))), /; and 30 more$/)
  })

  test('limits and shares outside their range', () => {
    assert.match(refused(question(good, { limits: { ...limits, alpha: 0 } })), /alpha is 0/)
    assert.match(refused(question(good, { limits: { ...limits, margin: Number.NaN } })), /margin is NaN/)
    assert.match(refused(question(good, { failureShare: { value: 0.3, lower: 0.4, upper: 0.5, source: 'given' } })), /failure share/)
  })
})
