import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import type { Learning } from '../../src/learnings/learning.ts'
import { guardHeldOut } from '../../src/dataset/held-out-guard.ts'
import { planDataset } from '../../src/dataset/plan.ts'
import type { DatasetInput } from '../../src/dataset/dataset-input.ts'
import { prepareDataset } from '../../src/dataset/prepare.ts'
import type { PreparedDataset } from '../../src/dataset/prepare.ts'
import { requireApart } from '../../src/dataset/require-apart.ts'
import { isGenesisError } from './errors.ts'
import { ask, correction, corrections, inputOf, item } from './samples.ts'

function prepare(input: DatasetInput): PreparedDataset {
  const plan = planDataset(input)
  return prepareDataset(plan, ask(plan))
}

const trained = ({ files }: PreparedDataset): string => files['train.jsonl'] + files['valid.jsonl']
const asked = 'How do I reset my password in the customer portal?'
const reworded = 'Please tell me how I can reset the password in the customer portal'

test('a gate item that stands reworded in the learnings, in the corpus or in an earlier turn is not trained on, and named', () => {
  const other = 'How do I print a shipping label?'
  const learnings = [
    correction(1, { input: reworded, wanted: 'Click "Forgot".' }),
    correction(2, {
      input: other,
      context: [
        { role: 'user', content: reworded },
        { role: 'assistant', content: 'Click "Forgot password".' },
      ],
    }),
    ...corrections(20).map((one) => ({ ...one, id: `more ${one.id}` })),
  ]
  const corpus = [{ id: 'old', input: `${reworded}, thanks`, output: 'Write to us.', category: 'old' }]
  const userGate = [item('reset', { input: asked, expected: 'Click "Forgot password".' })]
  const dataset = prepare(inputOf({ learnings, corpus, userGate }))
  assert.ok(!trained(dataset).toLowerCase().includes('the customer portal'))
  const fateOf = (id: string): unknown => dataset.fates.find((fate) => fate.id === id)
  assert.deepEqual(fateOf('learning-1'), { id: 'learning-1', fate: 'excluded', reason: 'is a near-duplicate of a held-out item' })
  assert.deepEqual(dataset.manifest.nearHeldOut, [{ id: 'learning-1', item: 'user-gate:reset' }])
  assert.deepEqual(dataset.manifest.corpus.excluded, { 'is a near-duplicate of a held-out item': 1 })
})

test('a corpus entry near a learning is not replayed: the old answer would be taught beside the correction', () => {
  const corpus = [{ id: 'old', input: reworded, output: 'Write to us.', category: 'old' }]
  const dataset = prepare(inputOf({ learnings: [correction(1, { input: asked }), correction(2), correction(3)], corpus }))
  assert.deepEqual(dataset.manifest.corpus, { in: 1, replayed: 0, excluded: { 'is a near-duplicate of a learning': 1 } })
})

test('retention items are not taken near what is trained on, so no learning is lost for them', () => {
  const learnings = [correction(1, { input: asked, wanted: 'x'.repeat(201) })]
  const builtin = [item('near', { input: reworded }), item('far', { input: 'Name a prime number' })]
  const dataset = prepare(inputOf({ learnings, builtin }))
  assert.deepEqual([dataset.manifest.learnings.used, dataset.items.map(({ id }) => id)], [1, ['far']])
})

const words = ['reset', 'password', 'portal', 'customer', 'invoice', 'print']
const cluster = (name: number): Learning[] =>
  [`How do I ${words.join(' ')} x${name}y`, `please ${words.join(' ')} x${name}y`, `${[...words].reverse().join(' ')} x${name}y`].map(
    (input, index) => correction(name * 10 + index, { input }),
  )

test('a cluster of near-duplicates is held out or trained on as one, counts once for the rate, and its items name it', () => {
  const dataset = prepare(inputOf({ learnings: Array.from({ length: 10 }, (_, name) => cluster(name)).flat() }))
  assert.equal(dataset.manifest.learnings.heldOut, 12)
  assert.equal(dataset.manifest.pinned.clusters, 4)
  for (const { cluster: id, input } of dataset.items) {
    const members = dataset.items.filter((other) => other.cluster === id)
    assert.equal(members.length, 3)
    assert.equal(id, members[0]?.id)
    assert.ok(!trained(dataset).includes(/x\d+y/.exec(input)?.[0] ?? '?'))
  }
  assert.ok(dataset.pinnedFile.items.every((pinned) => pinned.cluster === undefined))
})

test('a cluster stays on its side when members come later, and the rate goes on counting it once', () => {
  const all = Array.from({ length: 10 }, (_, name) => cluster(name))
  const first = inputOf({ learnings: all.map((members) => members[0] as Learning) })
  const done = prepare(first)
  const next = {
    ...first,
    pinned: done.pinnedFile.items,
    decisions: done.decisions,
    cycle: 'cycle-20250602-000000',
    learnings: all.flat(),
  }
  const second = prepare(next)
  assert.deepEqual(second.newlyPinned, [])
  const { used, heldOut, excluded } = second.manifest.learnings
  assert.deepEqual([used, heldOut, excluded], [18, 4, { 'is a near-duplicate of a held-out item': 8 }])
  const third = prepare({ ...next, decisions: [...next.decisions, ...second.decisions], cycle: 'cycle-20250603-000000' })
  assert.equal(third.files['train.jsonl'], second.files['train.jsonl'])
  assert.deepEqual(third.decisions, [])
})

test('whatever the learnings, nothing to be trained on is near a held-out item, and the order given changes nothing', () => {
  const anyWords = fc.array(fc.constantFrom(...words, 'the', 'label', 'x1y', 'x2y'), { minLength: 1, maxLength: 8 })
  const anyLearnings = fc
    .array(anyWords, { maxLength: 25 })
    .map((rows) => rows.map((row, minute) => correction(minute, { input: row.join(' ') })))
  fc.assert(
    fc.property(anyLearnings, anyWords, (learnings, gate) => {
      const userGate = [item('own', { input: gate.join(' ') })]
      const dataset = prepare(inputOf({ learnings, userGate }))
      const guard = guardHeldOut([...dataset.items, ...userGate])
      for (const line of trained(dataset).split('\n').filter(Boolean)) {
        const { messages } = JSON.parse(line) as { messages: { content: string }[] }
        assert.equal(guard.nearest(messages.at(-2)?.content ?? ''), undefined)
      }
      assert.deepEqual(prepare(inputOf({ learnings: [...learnings].reverse(), userGate })), dataset)
    }),
  )
})

test('a row that is too close to a held-out item, or has no question, is refused before it is written', () => {
  const guard = guardHeldOut([item('reset', { input: asked })])
  const row = (content: string) => ({
    ...{ id: 'one', source: 'learning' as const },
    messages: [
      { role: 'user' as const, content },
      { role: 'assistant' as const, content: 'a' },
    ],
  })
  requireApart([row('How do I print a label?')], guard)
  assert.throws(() => requireApart([row(reworded)], guard), isGenesisError('GI-HELD-OUT-LEAK'))
  assert.throws(() => requireApart([{ ...row(asked), messages: [] }], guard), isGenesisError('GI-HELD-OUT-LEAK'))
})
