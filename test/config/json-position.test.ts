import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { findJsonMistake } from '../../src/config/json-position.ts'

function parses(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch (error) {
    assert.ok(error instanceof SyntaxError)
    return false
  }
}

test('finds no mistake in what JSON.parse accepts', () => {
  fc.assert(fc.property(fc.json(), (text) => assert.equal(findJsonMistake(text), undefined)))
})

test('finds a mistake exactly where JSON.parse finds one, for texts cut, joined and spoilt at random', () => {
  const spoilt = fc.tuple(
    fc.json(),
    fc.nat(),
    fc.constantFrom('', ',', '}', ']', ':', '"', "'", '1', '01', '-', 'x', '\\', '\n', '{', '['),
    fc.nat(3),
  )
  fc.assert(
    fc.property(spoilt, ([text, place, inserted, removed]) => {
      const at = place % (text.length + 1)
      const changed = text.slice(0, at) + inserted + text.slice(at + removed)
      assert.equal(findJsonMistake(changed) === undefined, parses(changed), changed)
    }),
    { numRuns: 3000 },
  )
})

test('counts lines and columns from 1', () => {
  assert.deepEqual(findJsonMistake('{\n "a": 1,\n "b" 2\n}'), { line: 3, column: 6, what: '":" was expected, not 2' })
  assert.deepEqual(findJsonMistake("{'a': 1}"), {
    line: 1,
    column: 2,
    what: `a key in double quotes or "}" was expected, not 'a': 1} (JSON knows double quotes only)`,
  })
  assert.deepEqual(findJsonMistake('{} {}'), { line: 1, column: 4, what: 'the end of the text was expected, not {}' })
})
