import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { bestCase } from '../../src/gate/best-case.ts'
import { judge } from '../../src/gate/judge.ts'
import { weighEvidence } from '../../src/gate/evidence.ts'
import { missingItems } from '../../src/gate/missing.ts'
import { minimumDetectableGain } from '../../src/gate/power.ts'
import { isShown } from '../../src/gate/reasons.ts'
import { exactShare, limits, rowsOf } from './rows-of.ts'

describe('the smallest gain that can be shown', () => {
  // Simulated for the specification in steps of 2 points: corrections to fix for 80% power at a known share of .10.
  const specified = { 20: [56, 44, 38], 40: [50, 36, 30], 100: [46, 32, 24] } as const
  for (const gate of [20, 40, 100] as const) {
    test(`with ${gate} gate items and 100, 200, 400 retention items: ${specified[gate].join(', ')}% must be fixed`, () => {
      const steps = [100, 200, 400].map((retention) => {
        const gain = minimumDetectableGain({ gate, retention, regression: 0 }, exactShare(0.1), limits)
        return Math.ceil((gain?.fixedShare ?? 0) * 50) * 2
      })
      assert.deepEqual(steps, specified[gate])
    })
  }

  test('as a gain in live accuracy it is share x (fixed - 2% lost) - rest x .5% lost', () => {
    const gain = minimumDetectableGain({ gate: 40, retention: 200, regression: 0 }, exactShare(0.1), limits)
    assert.ok(gain !== null && Math.abs(gain.effect - (0.1 * (gain.fixedShare - 0.02) - 0.9 * 0.005)) < 1e-12)
  })

  test('there is none with too few items', () => {
    assert.equal(minimumDetectableGain({ gate: 19, retention: 500, regression: 0 }, exactShare(0.1), limits), null)
    assert.equal(minimumDetectableGain({ gate: 100, retention: 59, regression: 0 }, exactShare(0.1), limits), null)
    assert.equal(minimumDetectableGain({ gate: 0, retention: 0, regression: 0 }, exactShare(0.1), limits), null)
  })
})

describe('missing items', () => {
  const none = { n: 0, gains: 0, losses: 0 }

  test('under the least numbers those are asked for', () => {
    const counts = { gate: { n: 12, gains: 12, losses: 0 }, retention: { n: 30, gains: 0, losses: 0 }, regression: none }
    assert.deepEqual(missingItems(counts, exactShare(0.2), limits), { gate: 8, retention: 30, regression: 0 })
  })

  for (const [name, counts, share] of [
    [
      'a gain that is not shown',
      { gate: { n: 50, gains: 10, losses: 0 }, retention: { n: 100, gains: 0, losses: 0 }, regression: none },
      0.1,
    ],
    ['retention not shown', { gate: { n: 20, gains: 12, losses: 1 }, retention: { n: 60, gains: 1, losses: 2 }, regression: none }, 0.3],
    [
      'regression not shown',
      { gate: { n: 50, gains: 40, losses: 0 }, retention: { n: 100, gains: 0, losses: 0 }, regression: { n: 60, gains: 0, losses: 2 } },
      0.1,
    ],
  ] as const) {
    test(`${name}: with the missing items at the same rates it is shown`, () => {
      const missing = missingItems(counts, exactShare(share), limits)
      assert.ok(missing.gate + missing.retention + missing.regression > 0)
      const grown = (stratum: 'gate' | 'retention' | 'regression') => {
        const { n, gains, losses } = counts[stratum]
        const size = n + missing[stratum]
        return n === 0 ? { n: size, gains: 0, losses: 0 } : { n: size, gains: (gains * size) / n, losses: (losses * size) / n }
      }
      const whole = { gate: grown('gate'), retention: grown('retention'), regression: grown('regression') }
      assert.ok(isShown(weighEvidence(whole, exactShare(share), limits), limits))
    })
  }

  test('where no number of items would do, no more than the least numbers are asked for', () => {
    const counts = { gate: { n: 50, gains: 1, losses: 0 }, retention: { n: 40, gains: 0, losses: 0 }, regression: none }
    assert.deepEqual(missingItems(counts, exactShare(0.1), limits), { gate: 0, retention: 20, regression: 0 })
  })

  test('they are named with an ABSTAIN', () => {
    const judgement = judge({
      scores: [...rowsOf('gate', 10, 0, 10), ...rowsOf('retention', 0, 0, 200)],
      failureShare: exactShare(0.2),
      limits,
    })
    assert.deepEqual(judgement.missing, { gate: 10, retention: 0, regression: 0 })
  })
})

describe('the best case', () => {
  const items = (wrong: number, n: number, retention: number) =>
    [...rowsOf('gate', wrong, 0, n), ...rowsOf('retention', 0, 0, retention)].map(({ id, stratum, category, baseline }) => {
      return { id, stratum, category, baseline }
    })

  test('is that every item is answered right: 40 of 50 wrong ones gained is the reference case that is deployed', () => {
    const { judgement, couldBeDeployed } = bestCase(items(40, 50, 100), exactShare(0.1), limits)
    assert.equal(couldBeDeployed, true)
    assert.ok(Math.abs(judgement.estimate - 0.08) < 1e-12)
  })

  test('with 12 gate items nothing could be deployed, and 8 are named as missing', () => {
    const { judgement, couldBeDeployed } = bestCase(items(12, 12, 200), exactShare(0.1), limits)
    assert.equal(couldBeDeployed, false)
    assert.equal(judgement.missing.gate, 8)
  })

  test('a baseline that answers everything right leaves nothing to gain', () => {
    const { judgement, couldBeDeployed } = bestCase(items(0, 50, 200), exactShare(0.1), limits)
    assert.equal(couldBeDeployed, false)
    assert.equal(judgement.reasons[0]?.code, 'no-difference')
  })
})
