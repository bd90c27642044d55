import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { attemptUnits } from '../../src/dataset/attempt-units.ts'
import { nextAttempt } from '../../src/gate/attempts.ts'

const france = 'What is the capital of France?'
const reworded = 'Could you please tell me what the capital of France is?'
const portal = 'How do I reset my password in the customer portal?'

describe('what counts as judged before', () => {
  test('a near-duplicate of a judged item, under whatever id', () => {
    const units = attemptUnits(
      [['a']],
      [
        { id: 'b', input: reworded },
        { id: 'c', input: portal },
      ],
      new Map([['a', france]]),
    )
    assert.deepEqual(units, { judged: [['a']], present: ['a', 'c'] })
  })

  test('so it earns nothing back: half of the present items are new, which gives .05 + .05, not .05 + .10', () => {
    const { judged, present } = attemptUnits(
      [['a']],
      [
        { id: 'b', input: reworded },
        { id: 'c', input: portal },
      ],
      new Map([['a', france]]),
    )
    const next = nextAttempt([{ alpha: 0.05, judgedItemIds: judged[0] ?? [] }], present)
    assert.equal(next.freshShare, 0.5)
    // The reworded item alone: nothing is earned, half of .05 is the level.
    const alone = attemptUnits([['a']], [{ id: 'b', input: reworded }], new Map([['a', france]]))
    const level = nextAttempt([{ alpha: 0.05, judgedItemIds: alone.judged[0] ?? [] }], alone.present)
    assert.deepEqual(level, { alpha: 0.025, wealth: 0.05, freshShare: 0 })
  })

  test('a near-duplicate that a second attempt judged earned that attempt nothing either', () => {
    const units = attemptUnits([['a'], ['b']], [], new Map(Object.entries({ a: france, b: reworded })))
    assert.deepEqual(units.judged, [['a'], ['a']])
  })

  test('a whole cluster when one of its items was, and a new cluster is one item', () => {
    const items = [
      { id: 'b', input: portal, cluster: 'b' },
      { id: 'a', input: france, cluster: 'b' },
      { id: 'd', input: 'Name a prime number', cluster: 'd' },
      { id: 'e', input: 'Name a colour', cluster: 'd' },
    ]
    const { present } = attemptUnits([['a']], items, new Map([['a', france]]))
    assert.deepEqual(present, ['a', 'a', 'd', 'd'])
    assert.equal(nextAttempt([{ alpha: 0.05, judgedItemIds: ['a'] }], present).freshShare, 0.5)
  })

  test('by its id alone where nobody knows any more what was asked', () => {
    const { present } = attemptUnits(
      [['a', 'x']],
      [
        { id: 'x', input: france },
        { id: 'b', input: portal },
      ],
      new Map(),
    )
    assert.deepEqual(present, ['x', 'b'])
  })
})
