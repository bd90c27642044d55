import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { Config } from '../../src/config/schema.ts'
import type { Fate } from '../../src/learnings/fates.ts'
import type { Learning } from '../../src/learnings/learning.ts'
import { planDataset } from '../../src/dataset/plan.ts'
import type { DatasetInput } from '../../src/dataset/dataset-input.ts'
import { prepareDataset } from '../../src/dataset/prepare.ts'
import type { PreparedDataset } from '../../src/dataset/prepare.ts'
import type { TrainingRow } from '../../src/dataset/rows.ts'
import { normaliseInput } from '../../src/evaluation/normalise.ts'
import { ask, corpusOf, correction, corrections, inputOf, item } from './samples.ts'

function prepare(input: DatasetInput, isRight?: Parameters<typeof ask>[1]): PreparedDataset {
  const plan = planDataset(input)
  return prepareDataset(plan, ask(plan, isRight))
}

const rowsOf = (dataset: PreparedDataset): TrainingRow[] =>
  (dataset.files['train.jsonl'] + dataset.files['valid.jsonl'])
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as TrainingRow)
const fateOf = (dataset: PreparedDataset, id: string): Fate | undefined => dataset.fates.find((fate) => fate.id === id)
/** The input of the next cycle: what this one wrote is there. */
const after = (input: DatasetInput, dataset: PreparedDataset, changes: Partial<DatasetInput> = {}): DatasetInput => ({
  ...input,
  pinned: dataset.pinnedFile.items,
  decisions: [...input.decisions, ...dataset.decisions],
  ...changes,
})

test('of 30 fresh corrections 12 are held out and 18 are trained on, with as many from the corpus', () => {
  const { manifest, items } = prepare(
    inputOf({ learnings: corrections(30), corpus: corpusOf(100), settings: { ...inputOf().settings, retentionTarget: 0 } }),
  )
  assert.deepEqual(
    { ...manifest.learnings, corpus: manifest.corpus.replayed },
    { in: 30, used: 18, heldOut: 12, superseded: 0, excluded: {}, examples: {}, longAnswers: 0, corpus: 18 },
  )
  assert.equal(manifest.rows.train + manifest.rows.valid, 36)
  assert.equal(items.filter(({ origin }) => origin === 'learning').length, 12)
})

test('a decision holds for good: what was trained on is never pinned, what is pinned never trained on', () => {
  const first = inputOf({ learnings: corrections(30) })
  const done = prepare(first)
  const more = Array.from({ length: 20 }, (_, index) => correction(100 + index))
  const second = prepare(after(first, done, { cycle: 'cycle-20250602-000000', learnings: [...more, ...first.learnings] }))
  for (const { id, fate } of done.fates) assert.equal(fateOf(second, id)?.fate, fate)
  // 50 failures under one release: 20 held out, 12 of them before.
  assert.equal(second.newlyPinned.length, 8)
})

test('a new release has its own rate', () => {
  const first = inputOf({ learnings: corrections(30) })
  const done = prepare(first)
  const more = Array.from({ length: 10 }, (_, index) => correction(100 + index))
  const second = prepare(after(first, done, { release: 'genesis-20250602-000000', learnings: more, cycle: 'cycle-20250603-000000' }))
  assert.equal(second.newlyPinned.length, 4)
})

test('a newer correction of a held-out input replaces its expected answer, which is listed, and stays held out', () => {
  const first = inputOf({ learnings: corrections(10) })
  const done = prepare(first)
  const pinned = done.items[0]
  assert.ok(pinned)
  const again = correction(500, { input: ` ${pinned.input.toUpperCase()}? `, wanted: 'better' })
  const second = prepare(after(first, done, { learnings: [again, ...first.learnings], cycle: 'cycle-20250602-000000' }))
  const renewed = second.items.find(({ id }) => id === pinned.id)
  assert.equal(renewed?.expected, 'better')
  assert.deepEqual(renewed?.learningIds, [...pinned.learningIds, 'learning-500'])
  assert.deepEqual(second.replaced, [pinned.id])
  assert.equal(fateOf(second, 'learning-500')?.fate, 'held-out')
  assert.equal(fateOf(second, pinned.learningIds[0] ?? '')?.fate, 'superseded')
  assert.deepEqual(
    second.manifest.conflicts.map(({ kept, heldOut }) => ({ kept, heldOut })),
    [{ kept: 'learning-500', heldOut: true }],
  )
})

test('an older answer does not come back when the learning that replaced it is gone', () => {
  const first = inputOf({ learnings: [correction(1, { input: 'q', wanted: 'old' }), correction(2), correction(3)] })
  const pinned = {
    ...item('learning:x', { input: 'q', expected: 'new' }),
    origin: 'learning' as const,
    release: 'genesis-base',
    learningIds: ['learning-1', 'gone'],
    cycle: first.cycle,
  }
  const dataset = prepare({ ...first, pinned: [pinned] })
  assert.equal(dataset.items.find(({ id }) => id === pinned.id)?.expected, 'new')
  assert.equal(fateOf(dataset, 'learning-1')?.fate, 'held-out')
})

test('answers of more than 10,000 characters are trained on, never held out, and counted', () => {
  const first = inputOf({ learnings: corrections(10, { wanted: 'x'.repeat(10_001) }) })
  const done = prepare(first)
  assert.deepEqual({ used: done.manifest.learnings.used, longAnswers: done.manifest.learnings.longAnswers }, { used: 10, longAnswers: 10 })
  // The input was trained on, so a short answer to it comes too late to be held out.
  const second = prepare(after(first, done, { learnings: corrections(10), cycle: 'cycle-20250602-000000' }))
  assert.equal(second.manifest.learnings.heldOut, 0)
})

test('free text is held out as well, and judged by similarity', () => {
  const wanted = 'a sentence that may be worded otherwise. '.repeat(10)
  const done = prepare(inputOf({ learnings: corrections(10, { wanted }) }))
  const heldOut = done.items.filter(({ origin }) => origin === 'learning')
  assert.ok(heldOut.length > 0)
  assert.ok(heldOut.every(({ grader }) => grader.kind === 'similarity'))
})

test('an accepted answer in free text may be given in other words', () => {
  const wanted = 'a sentence that may be worded otherwise. '.repeat(10)
  const done = prepare(inputOf({ learnings: corrections(3), successes: [correction(1, { kind: 'success', input: 'q', wanted })] }))
  assert.deepEqual(
    done.items.filter(({ origin }) => origin === 'success').map(({ grader }) => grader.kind),
    ['similarity'],
  )
})

test('corrections and accepted answers are graded as the configuration says, by category', () => {
  const settings = Config.parse({ dataset: { graders: { general: 'contains' } } }).dataset
  const successes = [correction(1, { kind: 'success', input: 'q', wanted: 'yes' })]
  const done = prepare(inputOf({ learnings: corrections(10), successes, settings }))
  const graders = new Set(done.items.filter(({ origin }) => origin === 'learning' || origin === 'success').map(({ grader }) => grader.kind))
  assert.deepEqual([...graders], ['contains'])
})

test('nothing is held out while the user has 100 gate items for the release', () => {
  const userGate = Array.from({ length: 100 }, (_, index) => item(`${index}`))
  const first = inputOf({ learnings: corrections(30), userGate })
  const done = prepare(first)
  assert.deepEqual([done.manifest.learnings.heldOut, done.manifest.pinned.byOrigin['user-gate']], [0, 100])
  // The next release has none of its own: its failures are held out again, those decided before stay in training.
  const second = prepare(
    after(first, done, {
      release: 'genesis-20250602-000000',
      cycle: 'cycle-20250602-000000',
      learnings: [...corrections(30), ...[901, 902, 903, 904, 905].map((minute) => correction(minute))],
    }),
  )
  assert.deepEqual([second.manifest.learnings.heldOut, second.manifest.learnings.used], [2, 33])
})

test("a learning about one of the user's own items is excluded, also when the model failed that item", () => {
  const learnings = [correction(1, { input: 'ITEM a!' }), correction(2, { input: 'item b' }), correction(3)]
  const dataset = prepare(inputOf({ learnings, userGate: [item('a')], userRetention: [item('b')] }), () => false)
  for (const id of ['learning-1', 'learning-2'])
    assert.deepEqual(fateOf(dataset, id), { id, fate: 'excluded', reason: 'is a held-out item' })
  assert.deepEqual(
    dataset.items.map(({ origin }) => origin).filter((origin) => origin !== 'learning'),
    ['user-gate'],
  )
})

test('a gate item keeps the release under which it was first seen, and goes when its owner takes it away', () => {
  const first = inputOf({ learnings: corrections(3), userGate: [item('a'), item('b')] })
  const done = prepare(first)
  const second = prepare(
    after(first, done, { release: 'genesis-20250602-000000', userGate: [item('a', { expected: 'no' })], cycle: 'cycle-20250602-000000' }),
  )
  const own = second.items.filter(({ origin }) => origin === 'user-gate')
  assert.deepEqual(
    own.map(({ id, expected, release }) => ({ id, expected, release })),
    [{ id: 'user-gate:a', expected: 'no', release: 'genesis-base' }],
  )
})

test('an accepted answer that is corrected later becomes a failure of the release that gave it', () => {
  const success = correction(1, { kind: 'success', input: 'q', wanted: 'yes' })
  const first = inputOf({ learnings: corrections(3), successes: [success] })
  const done = prepare(first)
  assert.equal(done.items.filter(({ origin }) => origin === 'success').length, 1)
  const second = prepare(
    after(first, done, { learnings: [correction(700, { input: 'Q', wanted: 'no' }), ...first.learnings], cycle: 'cycle-20250602-000000' }),
  )
  assert.equal(second.items.filter(({ origin }) => origin === 'success').length, 0)
  assert.equal(second.items.find(({ input }) => input === 'Q')?.origin, 'learning')
})

test('simulated learnings are held out in a file of their own, and later cycles on real ones know nothing of it', () => {
  const first = inputOf({ learnings: corrections(30, { source: 'simulation' }) })
  const done = prepare(first)
  assert.deepEqual([done.pinnedFile.isSimulated, done.pinnedFile.items.length], [true, 12])
  assert.ok(done.decisions.every((row) => row.simulated === true))
  const real = prepare(inputOf({ learnings: corrections(30), simulatedPinned: done.pinnedFile.items, decisions: done.decisions }))
  assert.equal(real.newlyPinned.length, 12)
  assert.ok(real.decisions.every((row) => row.simulated === undefined))
})

test('a cycle with simulated learnings leaves the real pinned file alone', () => {
  const real = prepare(inputOf({ learnings: corrections(10) }))
  const mixed = prepare(
    inputOf({
      learnings: [...corrections(10), ...Array.from({ length: 10 }, (_, index) => correction(200 + index, { source: 'simulation' }))],
      pinned: real.pinnedFile.items,
      decisions: real.decisions,
    }),
  )
  assert.equal(mixed.items.length, 8)
  assert.deepEqual([mixed.pinnedFile.isSimulated, mixed.pinnedFile.items.length], [true, 4])
})

test('the oldest regression items beyond 300 become ordinary learnings again', () => {
  const learnings = corrections(305)
  const pinned = learnings.map((learning, index) => ({
    ...item(`learning:${index}`, { input: learning.input ?? '', expected: learning.wanted ?? '' }),
    origin: 'learning' as const,
    release: 'genesis-20240101-000000',
    learningIds: [learning.id],
    cycle: index < 2 ? 'cycle-20240101-000000' : 'cycle-20240301-000000',
  }))
  const dataset = prepare(inputOf({ learnings, pinned }))
  assert.deepEqual([dataset.manifest.learnings.heldOut, dataset.manifest.learnings.used], [300, 5])
  assert.ok(dataset.fates.filter(({ fate }) => fate === 'used').some(({ id }) => id === 'learning-304'))
  const next = prepare(after(inputOf({ learnings, pinned }), dataset, { cycle: 'cycle-20250602-000000' }))
  assert.deepEqual([next.manifest.learnings.heldOut, next.manifest.learnings.used], [300, 5])
})

test('only the newest learnings are trained on when there are more than the limit', () => {
  const settings = { ...inputOf().settings, maxLearnings: 5 }
  const dataset = prepare(inputOf({ learnings: corrections(30), settings }))
  assert.equal(dataset.manifest.learnings.used, 5)
  assert.deepEqual(dataset.manifest.learnings.excluded, { 'is older than the newest 5': 13 })
})

test('a step that runs again after a crash makes the same dataset, whatever had been written by then', () => {
  const input = inputOf({
    learnings: corrections(40),
    corpus: corpusOf(200),
    builtin: Array.from({ length: 60 }, (_, index) => item(`general-${index}`)),
    settings: { ...inputOf().settings, retentionTarget: 30 },
  })
  const isRight = ({ input: text }: { input: string }): boolean => text.length % 3 !== 0
  const whole = prepare(input, isRight)
  const wroteDecisions = prepare({ ...input, decisions: whole.decisions }, isRight)
  const wrotePinned = prepare({ ...input, pinned: whole.pinnedFile.items }, isRight)
  const wroteBoth = prepare(after(input, whole), isRight)
  assert.deepEqual(wroteDecisions.files, whole.files)
  assert.deepEqual(wroteBoth.files, whole.files)
  assert.equal(wrotePinned.files['train.jsonl'], whole.files['train.jsonl'])
  assert.deepEqual([wroteDecisions.items, wrotePinned.items, wroteBoth.items], [whole.items, whole.items, whole.items])
  assert.deepEqual(wroteBoth.decisions, [])
})

const anyLearning = fc.record({
  minute: fc.nat(1000),
  input: fc.constantFrom('a', 'A?', ' a', 'b', 'c', 'd', 'e', 'f', 'g', 'old question 1', 'item own', ''),
  wanted: fc.constantFrom('x', 'y', 'z'.repeat(201), ' '),
  context: fc.constantFrom<Learning['context'][]>([], [{ role: 'system' as const, content: 'Be short.' }]),
  category: fc.constantFrom('one', 'two'),
})
const anyLearnings = fc
  .uniqueArray(anyLearning, { selector: ({ minute }) => minute, maxLength: 40 })
  .map((rows): Learning[] => rows.map(({ minute, ...changes }) => correction(minute, changes)))
const surroundings = {
  corpus: corpusOf(30),
  userGate: [item('own')],
  builtin: [item('general-1', { input: 'b' }), item('general-2', { input: 'h' })],
}

test('every learning that came in has exactly one fate', () => {
  fc.assert(
    fc.property(anyLearnings, (learnings) => {
      const { fates, manifest } = prepare(inputOf({ learnings, ...surroundings }))
      assert.deepEqual(fates.map(({ id }) => id).sort(), learnings.map(({ id }) => id).sort())
      const { used, heldOut, superseded, excluded } = manifest.learnings
      assert.equal(used + heldOut + superseded + Object.values(excluded).reduce((sum, count) => sum + count, 0), learnings.length)
    }),
  )
})

test('no held-out input is in the training set, in this cycle or the next', () => {
  fc.assert(
    fc.property(anyLearnings, anyLearnings, (learnings, later) => {
      const first = inputOf({ learnings, ...surroundings })
      const done = prepare(first)
      const second = prepare(
        after(first, done, {
          cycle: 'cycle-20250602-000000',
          learnings: later.map((learning) => ({ ...learning, id: `later ${learning.id}` })),
        }),
      )
      for (const dataset of [done, second]) {
        const held = new Set([...dataset.items, ...surroundings.userGate].map(({ input }) => normaliseInput(input)))
        for (const { messages } of rowsOf(dataset)) assert.ok(!held.has(normaliseInput(messages.at(-2)?.content ?? '')))
      }
      const trained = new Set(
        rowsOf(done)
          .filter(({ source }) => source === 'learning')
          .map(({ messages }) => normaliseInput(messages.at(-2)?.content ?? '')),
      )
      assert.ok(second.items.every(({ input }) => !trained.has(normaliseInput(input))))
    }),
  )
})

test('the order of the learnings does not change a byte', () => {
  const shuffled = anyLearnings.chain((learnings) =>
    fc.tuple(fc.constant(learnings), fc.shuffledSubarray(learnings, { minLength: learnings.length })),
  )
  fc.assert(
    fc.property(shuffled, ([learnings, others]) => {
      assert.deepEqual(prepare(inputOf({ learnings: others, ...surroundings })), prepare(inputOf({ learnings, ...surroundings })))
    }),
  )
})
