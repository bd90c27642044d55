import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { normaliseEntry } from '../../src/learnings/normalise.ts'
import type { NormalisedEntry } from '../../src/learnings/normalise.ts'

function normalised(entry: unknown): NormalisedEntry {
  const result = normaliseEntry(entry)
  assert.ok(typeof result !== 'string', 'there is no learning in it')
  return result
}

const learningOf = (entry: unknown) => normalised(entry).learning

function reasonOf(entry: unknown): string | null {
  const { usability } = normalised(entry)
  return usability.usable ? null : usability.reason
}

describe('field names', () => {
  for (const name of ['input', 'prompt', 'question', 'instruction']) {
    test(`"${name}" is the input`, () => assert.equal(learningOf({ [name]: 'q', correction: 'a' }).input, 'q'))
  }
  for (const name of ['correction', 'corrected', 'expected', 'output', 'answer', 'chosen']) {
    test(`"${name}" is the wanted output`, () => assert.equal(learningOf({ input: 'q', [name]: 'a' }).wanted, 'a'))
  }
  for (const name of ['wrong', 'original', 'response', 'rejected']) {
    test(`"${name}" is the wrong output`, () => assert.equal(learningOf({ input: 'q', correction: 'a', [name]: 'b' }).wrong, 'b'))
  }
  test('an output beside a correction is what the model answered', () => {
    const { wanted, wrong } = learningOf({ input: 'q', output: 'b', correction: 'a' })
    assert.deepEqual([wanted, wrong], ['a', 'b'])
  })
  test('an instruction and its input are one task', () => {
    assert.equal(
      learningOf({ instruction: 'Translate to French', input: 'cheese', output: 'fromage' }).input,
      'Translate to French\n\ncheese',
    )
  })
  test('numbers are texts, flags hold nothing', () => {
    assert.equal(learningOf({ input: 'how many?', correction: 42 }).wanted, '42')
    assert.equal(learningOf({ input: 'q', correction: true, output: 'a' }).wanted, 'a')
  })
  test('category: category, slice, a type that is no kind, the first tag, general', () => {
    assert.equal(learningOf({ category: 'a', slice: 'b', type: 'c' }).category, 'a')
    assert.equal(learningOf({ slice: 'b', type: 'c' }).category, 'b')
    assert.equal(learningOf({ type: 'sql-query' }).category, 'sql-query')
    assert.equal(learningOf({ type: 'correction', tags: ['x', 'y'] }).category, 'x')
    assert.equal(learningOf({ tags: 'x, y' }).category, 'x')
    assert.equal(learningOf({}).category, 'general')
  })
  test('unknown fields are ignored', () => {
    const plain = { input: 'q', correction: 'a' }
    assert.deepEqual(normalised({ ...plain, editor: 'vim', nested: { deep: [1] } }), normalised(plain))
  })
})

describe('kinds', () => {
  const cases: [object, string][] = [
    [{ type: 'correction' }, 'correction'],
    [{ kind: 'pattern' }, 'pattern'],
    [{ event: 'ERROR' }, 'error'],
    [{ type: 'feedback' }, 'correction'],
    [{ type: 'fix' }, 'correction'],
    [{ event: 'Thumbs-Up' }, 'success'],
    [{ type: 'accepted' }, 'success'],
    [{ input: 'q', wanted: 'a' }, 'correction'],
    [{ input: 'q', error: 'Traceback' }, 'error'],
  ]
  for (const [entry, kind] of cases) test(`${JSON.stringify(entry)} is a ${kind}`, () => assert.equal(learningOf(entry).kind, kind))

  test('an input with a wanted output and no kind is a usable correction', () => assert.equal(reasonOf({ input: 'q', output: 'a' }), null))
  for (const name of ['fix', 'solution', 'correction']) {
    test(`an error with its "${name}" is usable, its output is what failed`, () => {
      const entry = { type: 'error', input: 'q', output: 'b', [name]: 'a' }
      assert.equal(reasonOf(entry), null)
      assert.deepEqual([learningOf(entry).wanted, learningOf(entry).wrong], ['a', 'b'])
    })
  }
  test('an error without a fix is not usable, and a failure all the same', () => {
    assert.equal(reasonOf({ type: 'error', input: 'q', output: 'b' }), 'no-wanted-output')
    assert.equal(normalised({ type: 'error', input: 'q', output: 'b' }).outcome, 'failure')
  })
  test('the response of a success is right', () => {
    const entry = { type: 'success', input: 'q', response: 'a' }
    assert.deepEqual([learningOf(entry).wanted, learningOf(entry).wrong, reasonOf(entry)], ['a', null, 'success'])
    assert.equal(normalised(entry).outcome, 'success')
  })
  test('what is not said to be any kind and cannot be used is no outcome', () => assert.equal(normalised({ note: 'hello' }).outcome, null))
})

describe('chat', () => {
  const messages = [
    { role: 'system', content: 'Be short.' },
    { role: 'user', content: 'Hi' },
    { role: 'assistant', content: 'Hello' },
    { role: 'user', content: 'Capital of Peru?' },
    { role: 'assistant', content: 'Quito' },
  ]
  test('the last user turn is the input, what follows the output, what precedes the context', () => {
    const { input, wanted, context } = learningOf({ messages })
    assert.deepEqual([input, wanted, context], ['Capital of Peru?', 'Quito', messages.slice(0, 3)])
  })
  for (const name of ['corrected', 'expected']) {
    test(`"${name}" beside it wins`, () => {
      const { wanted, wrong } = learningOf({ messages, [name]: 'Lima' })
      assert.deepEqual([wanted, wrong], ['Lima', 'Quito'])
    })
  }
  test('parts of text, other role names', () => {
    const { input, wanted } = learningOf({
      conversations: [
        { from: 'human', value: 'q' },
        { role: 'model', content: [{ type: 'text', text: 'a' }, { text: 'b' }] },
      ],
    })
    assert.deepEqual([input, wanted], ['q', 'ab'])
  })
  test('a conversation with tool calls is not made into another one', () => {
    assert.equal(
      reasonOf({
        messages: [
          { role: 'user', content: 'q' },
          { role: 'tool', content: '7' },
          { role: 'assistant', content: '7' },
        ],
      }),
      'unknown-turn',
    )
  })
  test('a chosen answer given as a conversation', () => {
    assert.equal(
      learningOf({
        prompt: 'q',
        chosen: [
          { role: 'user', content: 'q' },
          { role: 'assistant', content: 'a' },
        ],
      }).wanted,
      'a',
    )
  })
})

describe('times', () => {
  // Worked out with `date -u -d`: 2023-11-14T22:13:20Z is 1700000000 seconds after 1970.
  const cases: [unknown, string | null][] = [
    [1700000000, '2023-11-14T22:13:20.000Z'],
    [1700000000123, '2023-11-14T22:13:20.123Z'],
    ['1700000000', '2023-11-14T22:13:20.000Z'],
    ['2023-11-14T22:13:20.123Z', '2023-11-14T22:13:20.123Z'],
    ['2023-11-14T22:13:20Z', '2023-11-14T22:13:20.000Z'],
    ['2023-11-14T23:13:20+01:00', '2023-11-14T22:13:20.000Z'],
    ['2023-11-14 22:13:20.123456', '2023-11-14T22:13:20.123Z'],
    ['2023-11-14T22:13', '2023-11-14T22:13:00.000Z'],
    ['2023-11-14', '2023-11-14T00:00:00.000Z'],
    ['2023-13-14T22:13:20.123Z', null],
    ['2023-02-30T00:00:00.000Z', null],
    ['2023-13-14', null],
    ['yesterday', null],
    [-5, null],
    [1e20, null],
    [{}, null],
  ]
  for (const [given, expected] of cases) {
    test(`${JSON.stringify(given)} is ${expected}`, () => {
      const { learning, unreadableTime } = normalised({ timestamp: given })
      assert.equal(learning.at, expected)
      assert.equal(unreadableTime, expected === null)
    })
  }
  test('created_at and time are read too', () => {
    assert.equal(learningOf({ created_at: 1700000000 }).at, '2023-11-14T22:13:20.000Z')
    assert.equal(learningOf({ time: 1700000000 }).at, '2023-11-14T22:13:20.000Z')
  })
})

describe('identity', () => {
  test('an id may be a text or a number', () => {
    assert.equal(learningOf({ id: 'x' }).id, 'x')
    assert.equal(learningOf({ id: 7 }).id, '7')
  })
  test('without an id it is the content: category, time and source do not count', () => {
    const entry = { input: 'q', correction: 'a' }
    assert.equal(learningOf(entry).id, learningOf({ question: 'q', expected: 'a', category: 'c', time: 1, source: 's' }).id)
    for (const other of [
      { input: 'q2' },
      { correction: 'b' },
      { wrong: 'w' },
      { type: 'error' },
      { context: [{ role: 'system', content: 's' }] },
    ]) {
      assert.notEqual(learningOf({ ...entry, ...other }).id, learningOf(entry).id)
    }
  })
  test('texts that read the same one after the other are told apart', () => {
    assert.notEqual(learningOf({ input: 'ab', correction: 'c' }).id, learningOf({ input: 'a', correction: 'bc' }).id)
  })
})

describe('unusable entries say why', () => {
  for (const entry of [5, null, 'text', true, [1, 2]]) {
    test(`${JSON.stringify(entry)} is no object`, () => assert.equal(normaliseEntry(entry), 'not-an-object'))
  }
  const cases: [string, object, string][] = [
    ['no input', { correction: 'a' }, 'no-input'],
    ['blank input', { input: ' \n', correction: 'a' }, 'no-input'],
    ['no wanted output', { input: 'q' }, 'no-wanted-output'],
    ['an object as answer', { input: 'q', correction: { a: 1 } }, 'not-text'],
    ['the correction equals the wrong output', { input: 'q', correction: 'a', wrong: 'a\n' }, 'same-as-wrong'],
    ['an answer of 2 MB', { input: 'q', correction: 'x'.repeat(2 << 20) }, 'too-long'],
    ['one character too many', { input: 'q', correction: 'x'.repeat(32769) }, 'too-long'],
    ['half a character in the answer', { input: 'q', correction: 'a\ud83d' }, 'lone-surrogates'],
    ['half a character in the context', { input: 'q', correction: 'a', context: [{ role: 'user', content: '\ude00' }] }, 'lone-surrogates'],
  ]
  for (const [title, entry, reason] of cases) test(title, () => assert.equal(reasonOf(entry), reason))
  test('32,768 characters are not too long, a whole character of two units is no half', () => {
    assert.equal(reasonOf({ input: 'q', correction: 'x'.repeat(32768) }), null)
    assert.equal(reasonOf({ input: 'q', correction: '😀' }), null)
  })
})

test('any JSON value as an entry gives a learning or a reason, and never throws', () => {
  const names = [
    'id',
    'input',
    'prompt',
    'instruction',
    'correction',
    'output',
    'wrong',
    'messages',
    'context',
    'type',
    'kind',
    'tags',
    'timestamp',
    'source',
    'chosen',
    'error',
    'role',
    'content',
  ]
  const entry = fc.oneof(
    fc.jsonValue(),
    fc.dictionary(fc.constantFrom(...names), fc.jsonValue()),
    fc.dictionary(fc.constantFrom(...names), fc.array(fc.dictionary(fc.constantFrom('role', 'content', 'from', 'value'), fc.jsonValue()))),
  )
  fc.assert(
    fc.property(entry, (value) => {
      const result = normaliseEntry(value)
      if (typeof result === 'string') return
      const { learning, usability } = result
      assert.ok(learning.id !== '' && typeof learning.category === 'string')
      if (usability.usable) assert.ok(learning.input !== null && learning.wanted !== null && learning.wanted !== learning.wrong)
    }),
    { numRuns: 500 },
  )
})
