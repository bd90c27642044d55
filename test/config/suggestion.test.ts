import assert from 'node:assert/strict'
import { test } from 'node:test'
import { closest, editDistance } from '../../src/config/suggestion.ts'

test('edits are insertions, deletions, replacements and swaps of neighbours', () => {
  // kitten -> sitting is the textbook's three edits; ab -> ba is one swap; ca -> abc needs three without editing a swapped pair again.
  for (const [from, to, distance] of [
    ['kitten', 'sitting', 3],
    ['ab', 'ba', 1],
    ['ca', 'abc', 3],
    ['', 'abc', 3],
    ['same', 'same', 0],
  ] as const) {
    assert.equal(editDistance(from, to), distance, `${from} -> ${to}`)
  }
})

test('suggests what at most a third of the letters lead to, and nothing for a stranger', () => {
  assert.equal(closest('tringers', ['trainer', 'triggers']), 'triggers')
  assert.equal(closest('TRAINER', ['trainer']), 'trainer')
  assert.equal(closest('zzz', ['trainer', 'triggers']), undefined)
  assert.equal(closest('x'.repeat(1000), ['trainer']), undefined)
  assert.equal(closest('a', []), undefined)
})
