import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { binomialProbability, binomialTail } from '../../src/gate/binomial.ts'
import { mcnemarExact } from '../../src/gate/mcnemar.ts'
import { moverCombination } from '../../src/gate/mover.ts'
import { normalQuantile } from '../../src/gate/normal-quantile.ts'
import { tangoInterval } from '../../src/gate/tango.ts'
import { wilsonInterval } from '../../src/gate/wilson.ts'

const near = (actual: number, expected: number, tolerance = 1e-9): void =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected}`)

describe('normal quantile', () => {
  // From Python's statistics.NormalDist().inv_cdf; .975 and .95 as in every table.
  const known = [
    [0.975, 1.9599639845400536],
    [0.95, 1.6448536269514715],
    [0.9, 1.2815515655446008],
    [0.5, 0],
    [0.3, -0.5244005127080407],
    [0.9999, 3.7190164854557084],
    [1e-10, -6.361340902404056],
    [1e-30, -11.464024688443617],
  ] as const
  for (const [probability, z] of known) test(`of ${probability} is ${z}`, () => near(normalQuantile(probability), z))

  test('is refused where there is none', () => {
    for (const probability of [0, 1, -0.1, Number.NaN]) assert.throws(() => normalQuantile(probability), RangeError)
  })
})

const counts = fc.integer({ min: 1, max: 400 }).chain((n) =>
  fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true })).map(([flips, up]) => {
    return { n, gains: n * flips * up, losses: n * flips * (1 - up) }
  }),
)
const z = fc.double({ min: 0.1, max: 5, noNaN: true })

describe('Tango interval', () => {
  test('without items nothing is known', () => {
    assert.deepEqual(tangoInterval({ n: 0, gains: 0, losses: 0 }, 1.6449), { lower: -1, upper: 1 })
  })

  test('at the extremes it ends at 1 and -1; the other end follows from the score statistic', () => {
    // All gained: with q = 0 the score statistic is sqrt(n (1 - d) / (1 + d)) = z, so d = (n - z^2) / (n + z^2) = 2.2945 / 7.7055.
    const { lower, upper } = tangoInterval({ n: 5, gains: 5, losses: 0 }, 1.644853627)
    near(lower, (5 - 1.644853627 ** 2) / (5 + 1.644853627 ** 2), 1e-8)
    assert.equal(upper, 1)
  })

  test('without flips it is plus and minus z squared / (n + z squared)', () => {
    const { lower, upper } = tangoInterval({ n: 100, gains: 0, losses: 0 }, 2)
    near(upper, 4 / 104)
    near(lower, -4 / 104)
  })

  test('holds the difference, within -1 and 1', () => {
    fc.assert(
      fc.property(counts, z, (each, quantile) => {
        const { lower, upper } = tangoInterval(each, quantile)
        const difference = (each.gains - each.losses) / each.n
        assert.ok(lower >= -1 && lower <= difference + 1e-12 && upper >= difference - 1e-12 && upper <= 1)
      }),
    )
  })

  test('swapping the models mirrors it', () => {
    fc.assert(
      fc.property(counts, z, (each, quantile) => {
        const one = tangoInterval(each, quantile)
        const other = tangoInterval({ n: each.n, gains: each.losses, losses: each.gains }, quantile)
        near(one.lower, -other.upper)
        near(one.upper, -other.lower)
      }),
    )
  })

  test('one more gain never lowers it', () => {
    // Where nearly every item flips, the variance is a difference of nearly equal numbers: up to 2e-8 in a million draws.
    const rounding = 1e-7
    fc.assert(
      fc.property(counts, z, (each, quantile) => {
        const room = Math.min(1, each.n - each.gains - each.losses)
        const [before, after] = [tangoInterval(each, quantile), tangoInterval({ ...each, gains: each.gains + room }, quantile)]
        assert.ok(after.lower >= before.lower - rounding && after.upper >= before.upper - rounding)
      }),
    )
  })
})

describe('MOVER', () => {
  test('adds the squared distances, weighted: by hand for .4 and .6', () => {
    const gate = { difference: 0.5, lower: 0.2, upper: 0.6 }
    const retention = { difference: -0.1, lower: -0.2, upper: 0.1 }
    const combined = moverCombination(0.4, gate, retention)
    near(combined.difference, 0.14)
    near(combined.lower, 0.14 - Math.sqrt(0.12 ** 2 + 0.06 ** 2))
    near(combined.upper, 0.14 + Math.sqrt(0.04 ** 2 + 0.12 ** 2))
  })
})

describe('Wilson interval', () => {
  test('of 8 in 10 at 95% is .4902 to .9433, as in textbooks', () => {
    const { lower, upper } = wilsonInterval(8, 10, 1.959963985)
    near(lower, 0.4901625, 1e-6)
    near(upper, 0.9433178, 1e-6)
  })

  test('without trials it is all; without successes it starts at 0 and ends at z squared / (n + z squared)', () => {
    assert.deepEqual(wilsonInterval(0, 0, 2), { lower: 0, upper: 1 })
    assert.equal(wilsonInterval(0, 10, 2).lower, 0)
    near(wilsonInterval(0, 10, 2).upper, 4 / 14)
    assert.equal(wilsonInterval(10, 10, 2).upper, 1)
  })
})

describe('exact McNemar test and binomial sums', () => {
  test('8 losses against 2 gains: (45 + 10 + 1) / 1024', () => near(mcnemarExact(2, 8), 56 / 1024))
  test('no flips prove nothing', () => assert.equal(mcnemarExact(0, 0), 1))
  test('only gains prove no loss', () => near(mcnemarExact(7, 0), 1))
  test('many flips do not underflow: 1200 losses against 800 gains (Python with whole numbers)', () => {
    near(mcnemarExact(800, 1200) / 1.7525031034678226e-19, 1, 1e-8)
  })

  test('a binomial tail equals the sum of its terms, counted with whole numbers', () => {
    const choose = (n: number, k: number): number => (k === 0 ? 1 : (choose(n, k - 1) * (n - k + 1)) / k)
    for (const [k, n, p] of [
      [3, 10, 0.2],
      [9, 12, 0.9],
      [20, 50, 0.4],
    ] as const) {
      let sum = 0
      for (let i = k; i <= n; i += 1) sum += choose(n, i) * p ** i * (1 - p) ** (n - i)
      near(binomialTail(k, n, p), sum)
    }
    near(binomialProbability(0, 0, 0.3), 1)
    assert.equal(binomialTail(3, 2, 0.5), 0)
    assert.equal(binomialTail(1, 4, 0), 0)
    assert.equal(binomialTail(4, 4, 1), 1)
  })
})
