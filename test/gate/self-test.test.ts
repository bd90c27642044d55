import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { selfTest } from '../../src/gate/self-test.ts'
import type { SelfTest } from '../../src/gate/self-test.ts'
import { inWords } from '../../src/terminal/self-test.ts'
import { exactShare, limits } from './rows-of.ts'

const tested = (gate: number, retention: number): SelfTest =>
  selfTest({ sizes: { gate, retention }, failureShare: exactShare(0.1), limits }, 400)

describe('the self-test of the gate', () => {
  const result = tested(40, 200)

  test('tries candidates of every kind, each with its true gain', () => {
    const gains = result.candidates.map(({ kind, fixed, gain }) => [kind, fixed, Number(gain.toFixed(4))])
    // Better ones lose 2% of gate and .5% of retention: .1 x (fixed - .02) - .9 x .005.
    assert.deepEqual(gains, [
      ['no-better', 0.05, 0],
      ['no-better', 0.2, 0],
      ['no-better', 0.5, 0],
      ['worse', 0.05, -0.02],
      ['worse', 0.2, -0.02],
      ['worse', 0.5, -0.02],
      ['sabotaged', 0.2, -0.25],
      ['better', 0.2, 0.0135],
      ['better', 0.4, 0.0335],
      ['better', 0.6, 0.0535],
      ['better', 0.8, 0.0735],
      ['better', 0.95, 0.0885],
    ])
    for (const { verdicts } of result.candidates) assert.ok(Math.abs(verdicts.DEPLOY + verdicts.REFUSE + verdicts.ABSTAIN - 1) < 1e-9)
  })

  test('refuses the sabotaged one always and deploys the best one nearly always', () => {
    const rates = (kind: string) => result.candidates.filter((candidate) => candidate.kind === kind).at(-1)?.verdicts
    assert.equal(rates('sabotaged')?.REFUSE, 1)
    assert.ok((rates('better')?.DEPLOY ?? 0) > 0.95)
  })

  test('says what must be fixed, as the table of the design does: 36% with 40 and 200, 30% with 200 more retention items', () => {
    assert.ok(result.fixedShare !== null && Math.ceil(result.fixedShare * 50) * 2 === 36)
    const more = result.withMore.find(({ gate, retention }) => gate === 0 && retention === 100)
    assert.ok(more !== undefined && more.fixedShare < result.fixedShare)
  })

  test('gives the same numbers each time', () => assert.deepEqual(tested(40, 200), result))
})

describe('in words', () => {
  const about = { sizes: { gate: 40, retention: 120 }, candidates: [], fixedShare: 0.7, withMore: [] }
  test('what must be fixed, and what would bring that down', () => {
    const withMore = [
      { gate: 20, retention: 0, fixedShare: 0.699 },
      { gate: 0, retention: 100, fixedShare: 0.5 },
      { gate: 20, retention: 100, fixedShare: 0.44 },
    ]
    assert.equal(
      inWords({ ...about, withMore }),
      'With 40 gate and 120 retention items a model must fix about 70% of the corrections to be deployed (four times out of five); ' +
        '100 more retention items would bring that to 50%; 20 more gate and 100 more retention items would bring that to 44%.',
    )
  })

  test('that even a very good model is deployed seldom, or never', () => {
    const withMore = [{ gate: 0, retention: 100, fixedShare: 0.5 }]
    const best = { kind: 'better' as const, fixed: 0.95, gain: 0.08, verdicts: { DEPLOY: 0.741, REFUSE: 0, ABSTAIN: 0.259 } }
    assert.equal(
      inWords({ ...about, fixedShare: null, candidates: [best], withMore }),
      'With 40 gate and 120 retention items even a model that fixes 95% of the corrections is deployed only 74% of the time; ' +
        'with 100 more retention items it must fix about 50% of the corrections.',
    )
    const never = { ...best, verdicts: { DEPLOY: 0, REFUSE: 0, ABSTAIN: 1 } }
    assert.equal(
      inWords({ ...about, sizes: { gate: 5, retention: 10 }, fixedShare: null, candidates: [never] }),
      'With 5 gate and 10 retention items no model can be deployed, however good.',
    )
  })
})
