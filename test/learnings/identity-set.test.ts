import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { IdentitySet } from '../../src/learnings/identity-set.ts'
import { SetDigest } from '../../src/learnings/set-digest.ts'

test('it behaves as a Set', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.string({ maxLength: 3 }), fc.nat({ max: 50 }).map(String))), (texts) => {
      const plain = new Set<string>()
      const compact = new IdentitySet()
      for (const text of texts) {
        assert.equal(compact.has(text), plain.has(text))
        assert.equal(compact.add(text), !plain.has(text))
        plain.add(text)
      }
      assert.equal(compact.size, plain.size)
    }),
  )
})

test('half a million identities that differ in a digit are all told apart', () => {
  const set = new IdentitySet()
  for (let number = 0; number < 250_000; number += 1) {
    assert.ok(set.add(`learn-${number}`))
    assert.ok(set.add(`${number}-learn`))
  }
  assert.equal(set.size, 500_000)
})

test('the digest of a set is about its members and their texts, not about their order', () => {
  const digest = (...members: [string, string, string][]) => {
    const set = new SetDigest()
    for (const member of members) set.add(...member)
    return set.text
  }
  const one: [string, string, string] = ['1', 'q', 'a']
  const two: [string, string, string] = ['2', 'q', 'a']
  assert.equal(digest(one, two), digest(two, one))
  assert.notEqual(digest(one), digest(one, two))
  assert.notEqual(digest(one), digest(two))
  assert.notEqual(digest(one), digest(['1', 'q', 'b']))
  assert.notEqual(digest(one), digest(['1', 'qa', '']))
})
