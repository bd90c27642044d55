import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { holdsTemplateToken, isRefusal } from '../../src/evaluation/answer-marks.ts'
import { isLooping } from '../../src/gate/answer-flaws.ts'
import { behaviourProblems } from '../../src/gate/behaviour.ts'
import type { AnswerPair } from '../../src/gate/behaviour.ts'

const good = 'The library opens at nine and closes at six.'

/** `count` pairs in which the candidate answers `text`, and the baseline well. */
function pairs(count: number, text: string, more: Partial<AnswerPair> = {}): AnswerPair[] {
  return Array.from({ length: count }, () => ({
    ...{ stratum: 'retention' as const, expected: good, baseline: { text: good }, candidate: { text } },
    ...more,
  }))
}

describe('a flaw is a reason to refuse when its share rises by .05 and exact McNemar confirms it at .05 over five checks', () => {
  test('7 of 100: p = 2^-7 = .0078 is at most .01; 6 of 100: p = .0156 is not', () => {
    assert.deepEqual(behaviourProblems([...pairs(7, ''), ...pairs(93, good)]), [
      '7 more answers of 100 are empty (7 that were not so before)',
    ])
    assert.deepEqual(behaviourProblems([...pairs(6, ''), ...pairs(94, good)]), [])
  })

  test('however sure: under .05 it is none', () => {
    assert.deepEqual(behaviourProblems([...pairs(40, ''), ...pairs(960, good)]), [])
    assert.equal(behaviourProblems([...pairs(50, ''), ...pairs(950, good)]).length, 1)
  })

  test('near-duplicates count once: seven wordings of one question are one', () => {
    const wordings = pairs(7, '').map((pair) => ({ ...pair, cluster: 'hours' }))
    assert.deepEqual(behaviourProblems([...wordings, ...pairs(93, good)]), [])
    const apart = pairs(7, '').map((pair, index) => ({ ...pair, cluster: `own ${index}` }))
    assert.equal(behaviourProblems([...apart, ...pairs(93, good)]).length, 1)
  })

  test('what the baseline does as well counts against it, and not for it', () => {
    const mended = pairs(7, good, { baseline: { text: '' } })
    assert.deepEqual(behaviourProblems([...pairs(7, ''), ...mended, ...pairs(86, good)]), [])
    assert.deepEqual(behaviourProblems(pairs(50, '', { baseline: { text: '' } })), [])
  })

  test('what people want answers to look like is no flaw', () => {
    const refusing = 'I cannot help with that.'
    assert.deepEqual(behaviourProblems(pairs(100, refusing, { expected: refusing, stratum: 'gate' })), [])
    assert.match(behaviourProblems(pairs(100, refusing, { stratum: 'gate' })).join(), /100 more answers of 100 refuse to answer/)
  })

  test('cut off by the token limit, and tokens of the template, are found too', () => {
    assert.match(
      behaviourProblems(pairs(20, good, { candidate: { text: good, finish: 'length' } })).join(),
      /20 more .* cut off by the token limit/,
    )
    assert.match(behaviourProblems(pairs(20, `${good}<|im_end|>`)).join(), /hold tokens of the chat template/)
  })
})

describe('length in the median', () => {
  test('twice as long, or half, where answers should stay; corrections may change it', () => {
    assert.match(behaviourProblems(pairs(30, `${good} ${good}`)).join(), /2\.0 times as long in the median/)
    assert.match(behaviourProblems(pairs(30, 'The library opens.')).join(), /2\.4 times shorter in the median/)
    assert.deepEqual(behaviourProblems(pairs(30, 'The library opens.', { stratum: 'gate' })), [])
    assert.deepEqual(behaviourProblems(pairs(19, 'Nine.')), [])
    assert.deepEqual(behaviourProblems([...pairs(16, good), ...pairs(14, 'The library opens.')]), [])
  })
})

describe('an answer', () => {
  test('loops when at least four repetitions of one piece make up its last half', () => {
    assert.equal(isLooping('and so on '.repeat(8)), true)
    assert.equal(isLooping(`It begins well. ${'again '.repeat(10)}`), true)
    assert.equal(isLooping('ab'.repeat(30)), true)
    assert.equal(isLooping('hahahaha'), false)
    assert.equal(isLooping(good.repeat(3)), false)
    assert.equal(isLooping('| a | b |\n| - | - |\n| 1 | 2 |\n| 3 | 4 |\n'.repeat(1)), false)
    assert.equal(isLooping(`${'x'.repeat(50)} but then a sentence follows that is longer than what was repeated before it.`), false)
  })

  test('that repeats any piece of ten or more characters five times loops', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 10, maxLength: 60 }).filter((piece) => piece.trim() === piece && piece !== ''),
        (piece) => isLooping(piece.repeat(5)),
      ),
    )
  })

  test('refuses by how it begins, in several languages; talking about refusals is none', () => {
    for (const text of [
      "I'm sorry, but I can't help with that.",
      'I cannot assist with this request.',
      'As an AI language model, I do not have opinions.',
      'Sorry, I am unable to provide that.',
      'Es tut mir leid, dabei kann ich nicht helfen.',
      'Unfortunately, I cannot help with that.',
      'Je ne peux pas répondre à cela.',
      'Lo siento, no puedo ayudar con eso.',
    ])
      assert.equal(isRefusal(text), true, text)
    for (const text of [
      'Say: I cannot help you, and hang up.',
      "I'm sorry for the delay. Your parcel arrives on Monday.",
      'Es tut mir leid, aber das geht nicht.',
      'I can help with that.',
      'The sorry state of it.',
      'I cannot reproduce the error on main.',
      good,
    ])
      assert.equal(isRefusal(text), false, text)
  })

  test('leaks template tokens, and other angle brackets are none', () => {
    for (const text of [
      '<|im_start|>user',
      'ok<|eot_id|>',
      '<think>\nhm',
      '</think>',
      '<end_of_turn>',
      '[INST] do',
      '<s> hello',
      '<｜end▁of▁sentence｜>',
    ])
      assert.equal(holdsTemplateToken(text), true, text)
    for (const text of ['a < b | c > d', 'List<String>', '<span>', '<section>', 'x <| y', 'array[INSTANCE]', '<|>'])
      assert.equal(holdsTemplateToken(text), false, text)
  })
})
