import assert from 'node:assert/strict'
import test from 'node:test'
import { Config } from '../../src/config/schema.ts'
import { gradersFrom } from '../../src/dataset/graded-by.ts'

const long = 'word '.repeat(60)

test('without a rule short answers are exact, free text is graded by similarity', () => {
  const gradedBy = gradersFrom({})
  assert.deepEqual(gradedBy({ category: 'shell', expected: 'ss -tlnp' }), { kind: 'exact' })
  assert.deepEqual(gradedBy({ category: 'shell', expected: long }), { kind: 'similarity' })
  assert.deepEqual(gradedBy({ category: 'constructor', expected: long }), { kind: 'similarity' })
})

test("a category's rule comes first, then that for all others", () => {
  const gradedBy = gradersFrom({ sql: { kind: 'command', name: 'sql' }, '*': 'contains' })
  assert.deepEqual(gradedBy({ category: 'sql', expected: 'select 1' }), { kind: 'command', name: 'sql' })
  assert.deepEqual(gradedBy({ category: 'shell', expected: long }), { kind: 'contains' })
})

test('an answer that the named grader cannot compare with gets the usual one', () => {
  const gradedBy = gradersFrom({ sums: 'numeric', '*': 'json' })
  assert.deepEqual(gradedBy({ category: 'sums', expected: '144' }), { kind: 'numeric' })
  assert.deepEqual(gradedBy({ category: 'sums', expected: 'it depends' }), { kind: 'exact' })
  assert.deepEqual(gradedBy({ category: 'other', expected: '{"a":1}' }), { kind: 'json' })
  assert.deepEqual(gradedBy({ category: 'other', expected: long }), { kind: 'similarity' })
})

test('a rule names a grader that is configured', () => {
  const sql = { kind: 'command', name: 'sql' }
  assert.equal(Config.safeParse({ dataset: { graders: { sql } } }).success, false)
  assert.equal(Config.safeParse({ dataset: { graders: { sql: 'regex' } } }).success, false)
  assert.equal(Config.safeParse({ dataset: { graders: { sql } }, gate: { graders: { sql: { program: './sql.sh' } } } }).success, true)
})
