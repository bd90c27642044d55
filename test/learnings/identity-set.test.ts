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

test('the digest of a set is about its members and all their texts, not about their order', () => {
  type Member = Parameters<SetDigest['add']>[0]
  const digest = (...members: Member[]) => {
    const set = new SetDigest()
    for (const member of members) set.add(member)
    return set.text
  }
  const system: Member['context'] = [{ role: 'system', content: 'Answer in French.' }]
  const one: Member = { id: '1', input: 'q', context: [], wanted: 'a' }
  const two: Member = { ...one, id: '2' }
  assert.equal(digest(one, two), digest(two, one))
  const others: Member[][] = [
    [one, two],
    [two],
    [{ ...one, wanted: 'b' }],
    [{ ...one, input: 'p' }],
    [{ ...one, input: 'a', wanted: 'q' }],
    [{ ...one, input: 'qa', wanted: '' }],
    [{ ...one, context: system }],
    [{ ...one, context: [{ role: 'user', content: 'Answer in French.' }] }],
    [{ ...one, context: [{ role: 'system', content: 'Answer in Danish.' }] }],
    [{ ...one, context: [...system, { role: 'user', content: 'q' }] }],
    [{ ...one, context: [{ role: 'user', content: 'q' }, ...system] }],
  ]
  const digests = [digest(one), ...others.map((members) => digest(...members))]
  assert.equal(new Set(digests).size, digests.length)
})

test('texts that change places between members change the digest of their set', () => {
  const digest = (...inputs: string[]) => {
    const set = new SetDigest()
    for (const [index, input] of inputs.entries()) set.add({ id: `${index}`, input, context: [], wanted: `answer ${index}` })
    return set.text
  }
  assert.notEqual(digest('one', 'two'), digest('two', 'one'))
})
