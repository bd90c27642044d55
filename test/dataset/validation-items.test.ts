import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { planDataset } from '../../src/dataset/plan.ts'
import { prepareDataset } from '../../src/dataset/prepare.ts'
import type { PreparedDataset } from '../../src/dataset/prepare.ts'
import type { DatasetInput } from '../../src/dataset/dataset-input.ts'
import { rowOfEntry, rowOfExample } from '../../src/dataset/rows.ts'
import type { TrainingRow } from '../../src/dataset/rows.ts'
import { curate } from '../../src/dataset/curate.ts'
import { rowOfItem, shareForChoosing, validationItems } from '../../src/dataset/validation-items.ts'
import { gradersFrom } from '../../src/dataset/graded-by.ts'
import { longestExpected } from '../../src/evaluation/graders.ts'
import { normaliseInput } from '../../src/evaluation/normalise.ts'
import { ask, corpusOf, correction, corrections, inputOf, item } from './samples.ts'

function prepare(input: DatasetInput): PreparedDataset {
  const plan = planDataset(input)
  return prepareDataset(plan, ask(plan))
}

const whole = inputOf({
  learnings: corrections(200),
  corpus: corpusOf(600),
  builtin: Array.from({ length: 300 }, (_, index) => item(`packaged-${index}`, { input: `packaged question number ${index}` })),
})
const kindsOf = ({ validationItems: items }: PreparedDataset): Record<string, number> => ({
  correction: items.filter(({ kind }) => kind === 'correction').length,
  retention: items.filter(({ kind }) => kind === 'retention').length,
})

test('where nothing is to be chosen the dataset is what it was, and no question is set aside', () => {
  const plain = prepare(whole)
  assert.deepEqual(plain.validationItems, [])
  assert.deepEqual(prepare({ ...whole, isChosen: false }).files, plain.files)
})

test('about twenty corrections are set aside, a fifth at most, and more where more are wanted anyhow', () => {
  assert.equal(shareForChoosing(200, 0.05), 0.1)
  assert.equal(shareForChoosing(40, 0.05), 0.2)
  assert.equal(shareForChoosing(2000, 0.05), 0.05)
  assert.equal(shareForChoosing(0, 0), 0.2)
})

test('questions of both kinds are set aside: none is trained on, pinned, or lost for the next dataset', () => {
  const dataset = prepare({ ...whole, isChosen: true })
  const { correction = 0, retention } = kindsOf(dataset)
  // Of 160 or so corrections that are trained on an eighth, standard deviation 4.
  assert.ok(correction > 6 && correction < 36, `${correction}`)
  assert.ok(retention !== undefined && retention >= 200, `${retention}`)
  const asked = new Set(dataset.validationItems.map(({ input }) => input))
  assert.equal(asked.size, dataset.validationItems.length)
  for (const { input } of dataset.items) assert.equal(asked.has(input), false, input)
  for (const line of dataset.files['train.jsonl'].trim().split('\n')) {
    const { messages } = JSON.parse(line) as { messages: { content: string }[] }
    assert.equal(asked.has(messages.at(-2)?.content ?? ''), false)
  }
  assert.deepEqual(prepare({ ...whole, isChosen: true }), dataset)
})

test('a home without a corpus gets packaged questions, none of which is pinned', () => {
  const dataset = prepare({ ...whole, corpus: [], isChosen: true })
  const pinned = new Set(dataset.items.map(({ input }) => input))
  // 300 packaged ones, of which 200 are pinned.
  assert.equal(kindsOf(dataset)['retention'], 100)
  for (const { input } of dataset.validationItems) assert.equal(pinned.has(input), false, input)
})

test('an item asks what its row asks, and leads back to it; a book is no item', () => {
  const [entry] = corpusOf(1)
  const [example] = curate(corrections(1), { conflicts: 'newest', reasonNotToUse: () => undefined }).examples
  assert.ok(entry !== undefined && example !== undefined)
  const rows = [rowOfEntry(entry), rowOfExample(example)]
  const gradedBy = gradersFrom({ old: 'contains' })
  const items = validationItems(rows, new Map([[`corpus:${entry.id}`, 'old']]), gradedBy)
  assert.deepEqual(
    items.map(({ kind, input, expected, grader }) => [kind, input, expected, grader.kind]),
    [
      ['retention', 'old question 0', 'old answer 0', 'contains'],
      ['correction', 'question 0', 'answer 0', 'exact'],
    ],
  )
  assert.deepEqual(items.map(rowOfItem), rows)
  const book = rowOfEntry({ ...entry, output: 'x'.repeat(longestExpected + 1) })
  assert.deepEqual(validationItems([book], new Map(), gradedBy), [])
})

test("whatever comes in, a question to choose by is neither pinned nor the user's own, nor trained on", () => {
  const anyLearning = fc.record({
    input: fc.constantFrom('a', 'A?', ' a', 'b', 'c', 'd', 'e', 'f', 'g', 'old question 1', 'item own', 'packaged question number 3'),
    wanted: fc.constantFrom('x', 'y', 'z'.repeat(201)),
  })
  fc.assert(
    fc.property(fc.array(anyLearning, { maxLength: 40 }), (rows) => {
      const learnings = rows.map((changes, minute) => correction(minute, changes))
      const userGate = [item('own')]
      const { validationItems: chosenBy, items, files } = prepare({ ...whole, learnings, corpus: corpusOf(30), userGate, isChosen: true })
      const trained = files['train.jsonl'].split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as TrainingRow]))
      const forbidden = new Set([...items, ...userGate].map(({ input }) => normaliseInput(input)))
      for (const { messages } of trained) forbidden.add(normaliseInput(messages.at(-2)?.content ?? ''))
      for (const { input } of chosenBy) assert.equal(forbidden.has(normaliseInput(input)), false, input)
    }),
    { numRuns: 30 },
  )
})
