import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { layoutDifference } from '../../src/evaluation/prompt-layout.ts'

const training = { text: '<s><user>How old?</user><bot>', tokens: 9, startOfText: '<s>' }

describe('the layout of training against that of asking', () => {
  test('is the same when every character is', () => {
    assert.equal(layoutDifference(training, { text: training.text, tokens: 9 }), null)
  })

  test('a start-of-text token that a server adds without showing it is no difference', () => {
    assert.equal(layoutDifference(training, { text: '<user>How old?</user><bot>', tokens: 9 }), null)
    assert.equal(layoutDifference({ ...training, text: '<user>How old?</user><bot>' }, { text: training.text, tokens: null }), null)
  })

  test('names both texts where they part, line breaks visible', () => {
    assert.equal(
      layoutDifference(training, { text: '<s><user>How old?</user>\n<bot>', tokens: 9 }),
      'training has " old?</user><bot>" where the model is asked with " old?</user>\\n<bot>"',
    )
  })

  test('one that only begins alike differs', () => {
    assert.match(layoutDifference(training, { text: '<s><user>How old?</user>', tokens: null }) ?? '', /^training has /)
    assert.match(layoutDifference({ ...training, text: '' }, { text: 'system', tokens: null }) ?? '', /^training has "" /)
  })

  test('more tokens than the text has are a doubled start of text; fewer may be a cache', () => {
    assert.match(layoutDifference(training, { text: training.text, tokens: 10 }) ?? '', /10 tokens where training has 9/)
    assert.equal(layoutDifference(training, { text: training.text, tokens: 2 }), null)
    assert.match(layoutDifference(training, { text: null, tokens: 30 }) ?? '', /30 tokens where training has 9/)
  })

  test('what can not be seen does not differ', () => {
    assert.equal(layoutDifference(training, { text: null, tokens: null }), null)
    assert.equal(layoutDifference({ ...training, text: null, tokens: null }, { text: 'anything', tokens: 3 }), null)
  })
})
