import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { chrf } from '../../src/evaluation/chrf.ts'

/** Answer, expected, and what sacreBLEU 2.5 gives: CHRF(word_order=0, eps_smoothing=False).sentence_score(...) / 100. */
const references: readonly [string, string, number][] = [
  ['The cat sat on the mat.', 'The cat sat on the mat.', 1],
  ['The cat sat on the mat.', 'A cat is sitting on a mat.', 0.202758],
  ['', 'The cat', 0],
  ['abc', 'xyz', 0],
  ['a', 'a', 1],
  ['ab', 'a', 0.833333],
  ['Restart the service with systemctl restart nginx.', 'Run: systemctl restart nginx', 0.713561],
  ['naïve 日本 😀 text', 'naive 日本語 😀 text', 0.40335],
  ['SELECT * FROM t', 'select * from t;', 0.026042],
  ['aaaa', 'aa', 0.78125],
  [
    'The quick brown fox jumps over the lazy dog near the river bank.',
    'The quick brown fox jumped over a lazy dog by the river.',
    0.673922,
  ],
]

describe('chrF', () => {
  for (const [answer, expected, score] of references)
    test(`gives sacreBLEU's value for "${answer.slice(0, 20)}" against "${expected.slice(0, 20)}"`, () => {
      assert.ok(Math.abs(chrf(answer, expected) - score) < 1e-6, String(chrf(answer, expected)))
    })

  test('is from 0 to 1, and 1 for the same text, whatever its white space', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (left, right) => {
        const score = chrf(left, right)
        assert.ok(score >= 0 && score <= 1 + 1e-12)
        if (left.trim() !== '') assert.ok(Math.abs(chrf(` ${left}\n`, left) - 1) < 1e-12)
      }),
    )
  })
})
