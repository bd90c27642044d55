import assert from 'node:assert/strict'
import test from 'node:test'
import { curate } from '../../src/dataset/curate.ts'
import { correction } from './samples.ts'

test('of two corrections of the same question the newest stands, and both are listed', () => {
  const { examples, fates, conflicts } = curate([
    correction(1, { input: 'How big is it?', wanted: 'large' }),
    correction(2, { input: ' how  big is it', wanted: 'small' }),
  ])
  assert.deepEqual(
    examples.map(({ id, wanted, learningIds }) => ({ id, wanted, learningIds })),
    [{ id: 'learning-2', wanted: 'small', learningIds: ['learning-1', 'learning-2'] }],
  )
  assert.deepEqual(fates, [{ id: 'learning-1', fate: 'superseded', reason: 'corrected again by learning-2' }])
  assert.deepEqual(
    conflicts.map(({ kept, superseded }) => ({ kept, superseded })),
    [{ kept: 'learning-2', superseded: ['learning-1'] }],
  )
})

test('the same correction made twice is one example and no conflict', () => {
  const { examples, fates, conflicts } = curate([
    correction(1, { input: 'Q', wanted: 'a  b' }),
    correction(2, { input: 'q', wanted: 'a b ' }),
  ])
  assert.equal(examples.length, 1)
  assert.deepEqual(fates, [{ id: 'learning-1', fate: 'superseded', reason: 'the same as learning-2' }])
  assert.deepEqual(conflicts, [])
})

test('the same input after other turns is another question', () => {
  const context = [{ role: 'system' as const, content: 'Answer in French.' }]
  const { examples } = curate([correction(1, { input: 'Hello?' }), correction(2, { input: 'Hello?', context })])
  assert.equal(examples.length, 2)
  assert.equal(examples[0]?.digest, examples[1]?.digest)
  assert.notEqual(examples[0]?.question, examples[1]?.question)
})

test('undated learnings are older than dated ones, and among themselves the order given counts', () => {
  const same = { input: 'q', at: null }
  const { examples } = curate([
    correction(1, { ...same, wanted: 'last written' }),
    correction(2, { ...same, wanted: 'first written' }),
    correction(3, { input: 'r', at: null, wanted: 'undated' }),
    correction(4, { input: 'r', at: '1999-01-01T00:00:00Z', wanted: 'dated' }),
  ])
  assert.deepEqual(new Set(examples.map(({ wanted }) => wanted)), new Set(['last written', 'dated']))
})

test('what cannot be trained on is excluded with its reason', () => {
  const { examples, fates } = curate([
    correction(1, { wanted: ' ' }),
    correction(2, { input: null }),
    correction(3, { wanted: 'same', wrong: 'same' }),
    correction(4, { wanted: 'half \uD83D' }),
  ])
  assert.equal(examples.length, 0)
  assert.ok(fates.every(({ fate, reason }) => fate === 'excluded' && reason !== undefined && reason !== ''))
  assert.equal(new Set(fates.map(({ reason }) => reason)).size, 4)
})

test('by option the oldest of different corrections stands, or none of them', () => {
  const learnings = [
    correction(1, { input: 'q', wanted: 'first' }),
    correction(2, { input: 'Q?', wanted: 'second' }),
    correction(3, { input: 'q', wanted: ' first ' }),
    correction(4, { input: 'other', wanted: 'same' }),
    correction(5, { input: 'other', wanted: 'same' }),
  ]
  const oldest = curate(learnings, { conflicts: 'oldest' })
  assert.deepEqual(
    oldest.examples.map(({ id, learningIds }) => ({ id, learningIds })),
    [
      { id: 'learning-4', learningIds: ['learning-5', 'learning-4'] },
      { id: 'learning-1', learningIds: ['learning-2', 'learning-3', 'learning-1'] },
    ],
  )
  assert.deepEqual(
    oldest.conflicts.map(({ kept, superseded }) => ({ kept, superseded })),
    [{ kept: 'learning-1', superseded: ['learning-2'] }],
  )
  assert.deepEqual(
    oldest.fates.find(({ id }) => id === 'learning-2'),
    { id: 'learning-2', fate: 'superseded', reason: 'was corrected before by learning-1' },
  )
  const dropped = curate(learnings, { conflicts: 'drop' })
  assert.deepEqual(
    dropped.examples.map(({ id }) => id),
    ['learning-5'],
  )
  assert.deepEqual(
    dropped.conflicts.map(({ kept, superseded }) => ({ kept, superseded })),
    [{ kept: null, superseded: ['learning-1', 'learning-2', 'learning-3'] }],
  )
  assert.equal(dropped.fates.filter(({ reason }) => reason === 'contradicts another correction of the same question').length, 3)
})
