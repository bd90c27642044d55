import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { GenesisError } from '../../src/errors.ts'
import { checkItem, defaultGrader, grade, itemKey } from '../../src/evaluation/graders.ts'
import { EvaluationItem } from '../../src/evaluation/item.ts'
import { lastNumber } from '../../src/evaluation/numbers.ts'

describe('exact', () => {
  const exact = (expected: string, answer: string) => grade({ kind: 'exact' }, expected, answer)
  test('takes any white space as one space and none at the ends', () => assert.equal(exact('a  b', '\n a\tb \r\n'), 1))
  test('heeds case and punctuation', () => {
    assert.equal(exact('Paris', 'paris'), 0)
    assert.equal(exact('Paris', 'Paris.'), 0)
  })
  test('an empty answer is wrong', () => assert.equal(exact('a', ''), 0))
})

describe('contains', () => {
  test('finds the expected text anywhere, white space normalised', () => {
    assert.equal(grade({ kind: 'contains' }, 'New York', 'It is New\nYork, of course.'), 1)
    assert.equal(grade({ kind: 'contains' }, 'New York', 'It is York.'), 0)
  })
})

describe('regex', () => {
  const regex = (pattern: string, answer: string, flags?: string) =>
    grade(flags === undefined ? { kind: 'regex' } : { kind: 'regex', flags }, pattern, answer)

  test('is found anywhere unless anchored, with its flags', () => {
    assert.equal(regex('\\d{4}', 'in 1969'), 1)
    assert.equal(regex('^\\d{4}$', 'in 1969'), 0)
    assert.equal(regex('^paris$', 'PARIS', 'i'), 1)
  })

  test('a pattern that does not end in time is an error, not a score', () => {
    assert.throws(
      () => regex('^(a+)+$', `${'a'.repeat(60)}b`),
      (error) => error instanceof GenesisError && error.code === 'GI-ITEMS-INVALID',
    )
  })

  test('an invalid pattern, other flags and very long patterns are found before any answer', () => {
    const problems = (expected: string, flags?: string) =>
      checkItem({ expected, grader: { kind: 'regex', ...(flags === undefined ? {} : { flags }) } })
    assert.match(problems('(')[0] ?? '', /the pattern is not valid/)
    assert.match(problems('a', 'g')[0] ?? '', /the flags "g"/)
    assert.match(problems('a'.repeat(1001))[0] ?? '', /1001 characters/)
    assert.deepEqual(problems('^a+$', 'imsu'), [])
  })
})

describe('numeric', () => {
  // Read off the texts by eye.
  const numbers: [string, number | null][] = [
    ['42', 42],
    ['The answer is -3.5.', -3.5],
    ['12 + 30 = 42.', 42],
    ['First 3 apples, then 4 more: 7 apples', 7],
    ['1,234.5 km', 1234.5],
    ['$1,234,567', 1234567],
    ['1.234,5', 1234.5],
    ['3,14', 3.14],
    ['1,2,3', 3],
    ['10-20', 20],
    ['a = -5', -5],
    ['\u22127 degrees', -7],
    ['1e3', 1000],
    ['50%', 50],
    ['5kg', 5],
    ['.5', 0.5],
    ['in 1999, 2000', 2000],
    ['H2O and x2', null],
    ['none', null],
    ['', null],
  ]
  for (const [text, number] of numbers) test(`the last number of "${text}" is ${number}`, () => assert.equal(lastNumber(text), number))

  test('is right within the tolerance, its edge included; without one only rounding is forgiven', () => {
    assert.equal(grade({ kind: 'numeric', tolerance: 0.1 }, '3.1', 'about 3.2'), 1)
    assert.equal(grade({ kind: 'numeric', tolerance: 0.1 }, '3.1', 'about 3.21'), 0)
    assert.equal(grade({ kind: 'numeric' }, '0.3', String(0.1 + 0.2)), 1)
    assert.equal(grade({ kind: 'numeric' }, '1000', '1,000'), 1)
    assert.equal(grade({ kind: 'numeric' }, '3', 'three'), 0)
  })

  test('the expected answer must be one number', () => {
    assert.equal(checkItem({ expected: '3 or 4', grader: { kind: 'numeric' } }).length, 1)
    assert.equal(checkItem({ expected: 'x', grader: { kind: 'numeric' } }).length, 1)
    assert.deepEqual(checkItem({ expected: ' -1,000.5 ', grader: { kind: 'numeric' } }), [])
    assert.deepEqual(checkItem({ expected: '2e-3', grader: { kind: 'numeric' } }), [])
  })

  test('any number that is written out is found again', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => assert.ok(lastNumber(`it is ${value} then`) === value)),
    )
  })
})

describe('json', () => {
  const json = (expected: string, answer: string) => grade({ kind: 'json' }, expected, answer)
  test('compares values: the order of keys does not count, that of elements does', () => {
    assert.equal(json('{"a":1,"b":[1,2]}', ' { "b": [1, 2.0], "a": 1 } '), 1)
    assert.equal(json('[1,2]', '[2,1]'), 0)
    assert.equal(json('{"a":1}', '{"a":1,"b":null}'), 0)
    assert.equal(json('{"a":null}', '{"b":null}'), 0)
    assert.equal(json('{}', '[]'), 0)
    assert.equal(json('{"__proto__":1}', '{"a":1}'), 0)
  })

  test('a fenced block is unwrapped; what is not JSON is wrong, not an error', () => {
    assert.equal(json('{"a":1}', '```json\n{"a": 1}\n```'), 1)
    assert.equal(json('{"a":1}', 'Here you are: {"a":1}'), 0)
    assert.equal(json('{"a":1}', '{"a":'), 0)
  })

  test('a value equals itself however it is written', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => assert.equal(json(JSON.stringify(value), JSON.stringify(value, null, 2)), 1)))
  })

  test('the expected answer must be JSON', () => assert.equal(checkItem({ expected: '{a:1}', grader: { kind: 'json' } }).length, 1))
})

describe('items', () => {
  test('without a grader are exact up to 200 characters and compared by similarity beyond', () => {
    assert.deepEqual(defaultGrader('a'.repeat(200)), { kind: 'exact' })
    assert.deepEqual(defaultGrader('a'.repeat(201)), { kind: 'similarity' })
  })

  test('have the same key when question, answer and grader are the same, whatever their id and category', () => {
    const item = EvaluationItem.parse({ id: 'a', input: 'q', expected: '1', grader: { kind: 'numeric' } })
    assert.equal(itemKey(item), itemKey({ ...item, id: 'b', category: 'other', grader: { kind: 'numeric', tolerance: 0 } }))
    const others = [
      { ...item, input: 'r' },
      { ...item, expected: '2' },
      { ...item, grader: { kind: 'exact' } as const },
      { ...item, grader: { kind: 'numeric', tolerance: 1 } as const },
      { ...item, context: [{ role: 'system', content: 'be brief' } as const] },
    ]
    assert.equal(new Set([item, ...others].map(itemKey)).size, 6)
  })

  test('no grader throws, whatever the answer', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('exact', 'contains', 'numeric', 'json'),
        fc.string(),
        fc.string({ unit: 'grapheme' }),
        (kind, expected, answer) => {
          assert.ok([0, 1].includes(grade({ kind }, expected, answer)))
        },
      ),
    )
  })
})
