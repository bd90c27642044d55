import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { probationOf } from '../../src/gate/probation.ts'

/** The same outcomes for the same seed. */
function outcomes(seed: number): (count: number, failureRate: number) => boolean[] {
  let state = seed
  const next = (): number => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
  return (count, failureRate) => Array.from({ length: count }, () => next() < failureRate)
}

describe('the evidence that a release fails more often than the one before', () => {
  test('is 1 before anything was seen', () => {
    assert.deepEqual(probationOf([], []), { evidence: 1, peak: 1, alarm: false, outcomes: 0 })
    assert.equal(probationOf([true, false], []).outcomes, 0)
  })

  test('of one block by hand: old all right, new a failure', () => {
    // One old outcome a block (r = 1); tb = .1, ta = .1 + d, t0 = (tb + ta) / 2: the ratio is (.9 / (1 - t0)) (ta / t0), its mean over d = .03, .06, .12, .24.
    const expected = [0.03, 0.06, 0.12, 0.24].map((rise) => (0.9 / (1 - (0.1 + rise / 2))) * ((0.1 + rise) / (0.1 + rise / 2)))
    const { evidence } = probationOf([false], [true])
    assert.ok(Math.abs(evidence - expected.reduce((sum, one) => sum + one, 0) / 4) < 1e-12)
  })

  test('an alarm stays one, whatever comes after it', () => {
    const bad = probationOf(Array<boolean>(400).fill(false), [...Array<boolean>(40).fill(true), ...Array<boolean>(300).fill(false)])
    assert.ok(bad.alarm && bad.peak >= 20)
  })

  test('a release that is no worse raises it in at most 5% of all histories, looked at after each outcome', () => {
    const draw = outcomes(20260101)
    let alarms = 0
    for (let history = 0; history < 1000; history += 1) if (probationOf(draw(2000, 0.1), draw(1000, 0.1)).alarm) alarms += 1
    // Of 1,000 fair histories more than 66 alarms would come once in a hundred cases if the rate were 5%.
    assert.ok(alarms <= 66, String(alarms))
  })

  test('ten points more are found after about 116 outcomes, five after about 392, in the median', () => {
    const draw = outcomes(7)
    const medianOf = (rate: number): number => {
      const found = Array.from({ length: 201 }, () => {
        const [old, current] = [draw(2000, 0.1), draw(1000, rate)]
        let [low, high] = [1, 1001]
        while (low < high) {
          const middle = (low + high) >> 1
          if (probationOf(old, current.slice(0, middle)).alarm) high = middle
          else low = middle + 1
        }
        return low
      })
      return found.sort((left, right) => left - right)[100] ?? NaN
    }
    const [ten, five] = [medianOf(0.2), medianOf(0.15)]
    assert.ok(Math.abs(ten - 116) <= 20, String(ten))
    assert.ok(Math.abs(five - 392) <= 70, String(five))
  })
})
