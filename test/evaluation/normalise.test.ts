import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { normaliseInput } from '../../src/evaluation/normalise.ts'

describe('normalised input', () => {
  test('leaves out case, white space, compatibility forms and the punctuation at the end', () => {
    assert.equal(normaliseInput('  What is\n 2+2 ?'), 'what is 2+2')
    assert.equal(normaliseInput('WHAT is 2+2...'), 'what is 2+2')
    assert.equal(normaliseInput('What is 2+2？'), 'what is 2+2')
    assert.equal(normaliseInput('\uFB01ne caf\u0065\u0301'), 'fine café')
  })

  test('keeps what changes the question: factorials, other punctuation, symbols', () => {
    assert.equal(normaliseInput('5!'), '5!')
    assert.notEqual(normaliseInput('5!'), normaliseInput('5'))
    assert.equal(normaliseInput('Stop!'), 'stop')
    assert.notEqual(normaliseInput('C'), normaliseInput('C++'))
    assert.notEqual(normaliseInput('a (b)'), normaliseInput('a (b'))
  })

  test('is not empty for a text that is not', () => assert.equal(normaliseInput('?!'), '?!'))

  test('normalised twice is the same as once', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        assert.equal(normaliseInput(normaliseInput(text)), normaliseInput(text))
      }),
      { numRuns: 300 },
    )
  })
})
