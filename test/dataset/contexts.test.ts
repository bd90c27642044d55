import assert from 'node:assert/strict'
import test from 'node:test'
import { planDataset } from '../../src/dataset/plan.ts'
import type { DatasetInput } from '../../src/dataset/dataset-input.ts'
import { prepareDataset } from '../../src/dataset/prepare.ts'
import type { PreparedDataset } from '../../src/dataset/prepare.ts'
import { questionDigest } from '../../src/dataset/text-key.ts'
import type { ChatMessage } from '../../src/learnings/learning.ts'
import { ask, correction, corrections, inputOf, item } from './samples.ts'

const system = (content: string): ChatMessage => ({ role: 'system', content })
const turn = (question: string, answer: string): ChatMessage[] => [
  { role: 'user', content: question },
  { role: 'assistant', content: answer },
]

function prepare(input: DatasetInput): PreparedDataset {
  const plan = planDataset(input)
  return prepareDataset(plan, ask(plan))
}

const trainedIds = ({ fates }: PreparedDataset): string[] => fates.filter(({ fate }) => fate === 'used').map(({ id }) => id)
const reasonFor = ({ fates }: PreparedDataset, id: string): string | undefined => fates.find((fate) => fate.id === id)?.reason
const trainingText = ({ files }: PreparedDataset): string => files['train.jsonl'] + files['valid.jsonl']
/** What the next cycle finds; nothing more is held out in it by chance, since the last failures were all decided about. */
const after = (input: DatasetInput, dataset: PreparedDataset, changes: Partial<DatasetInput>): DatasetInput => ({
  ...input,
  cycle: 'cycle-20250602-000000',
  pinned: dataset.pinnedFile.items,
  decisions: [...input.decisions, ...dataset.decisions],
  ...changes,
})

/** Each input alone, after a system message, and after an earlier exchange, which is the newest; each time with another right answer. */
const threeContexts = Array.from({ length: 30 }, (_, index) => [
  correction(3 * index, { input: `and number ${index}?`, wanted: 'alone' }),
  correction(3 * index + 1, { input: `And number ${index}`, context: [system('Be brief.')], wanted: 'brief' }),
  correction(3 * index + 2, { input: `and number ${index}`, context: turn('Count.', 'Yes.'), wanted: 'after a turn' }),
]).flat()

test('an input that occurs in several contexts is held out or trained on in all of them; the newest one is the item, with its context', () => {
  const dataset = prepare(inputOf({ learnings: threeContexts }))
  const held = dataset.items.filter(({ origin }) => origin === 'learning')
  // 40% of 30 inputs, not of 90 learnings.
  assert.equal(held.length, 12)
  for (const { id, context, input, expected } of held) {
    assert.deepEqual([context, expected], [turn('Count.', 'Yes.'), 'after a turn'])
    assert.equal(id, `learning:${questionDigest(context, input).slice(0, 16)}`)
    const number = Number(/\d+/.exec(input)?.[0])
    for (const other of [0, 1]) assert.equal(reasonFor(dataset, `learning-${3 * number + other}`), 'is a held-out item')
  }
  assert.equal(trainedIds(dataset).length, 18 * 3)
})

test('a correction replaces the answer of a pinned item only in the same context; in another it is neither an item nor trained on', () => {
  const first = inputOf({ learnings: threeContexts })
  const done = prepare(first)
  const pinned = done.items.find(({ origin }) => origin === 'learning')
  assert.ok(pinned)
  const { input } = pinned
  const elsewhere = correction(900, { input, context: [system('Be kind.')], wanted: 'kind' })
  const same = correction(901, { input: `  ${input.toUpperCase()} `, context: pinned.context, wanted: 'better' })
  const next = prepare(after(first, done, { learnings: [same, elsewhere, ...first.learnings] }))
  assert.deepEqual(
    next.items.filter((one) => one.origin === 'learning' && one.input === input).map(({ id, expected }) => [id, expected]),
    [[pinned.id, 'better']],
  )
  assert.equal(next.items.length, done.items.length)
  assert.equal(reasonFor(next, elsewhere.id), 'is a held-out item')
  assert.doesNotMatch(trainingText(next), /Be kind|better/)
})

test('a correction in another context leaves an accepted answer accepted', () => {
  const success = correction(1, { id: 'success', kind: 'success', input: 'Go on', context: turn('Tell a tale.', 'Once.'), wanted: 'upon' })
  const first = inputOf({ learnings: corrections(3), successes: [success] })
  const done = prepare(first)
  const elsewhere = correction(700, { input: 'go on', context: turn('Count.', 'One.'), wanted: 'two' })
  const next = prepare(after(first, done, { learnings: [elsewhere, ...first.learnings] }))
  const about = next.items.filter(({ input }) => input === 'Go on')
  assert.deepEqual(
    about.map(({ origin, expected }) => [origin, expected]),
    [['success', 'upon']],
  )
  assert.equal(reasonFor(next, elsewhere.id), 'is a held-out item')
})

test('accepted answers and corpus entries bear their context in their identity', () => {
  const context = [system('Be brief.')]
  const success = correction(1, { kind: 'success', input: 'Hello', context, wanted: 'Hi' })
  const corpus = Array.from({ length: 100 }, (_, index) => ({
    id: `c${index}`,
    input: `old ${index}`,
    output: 'x',
    category: 'c',
    context,
  }))
  const { items } = prepare(inputOf({ successes: [success], corpus }))
  assert.equal(items.filter(({ origin }) => origin === 'success').length, 1)
  assert.ok(items.some(({ origin }) => origin === 'corpus'))
  for (const { id, origin, input } of items) assert.equal(id, `${origin}:${questionDigest(context, input).slice(0, 16)}`)
})

test('an example whose earlier turns answer a held-out item is not trained on, since every answer in it would be learned', () => {
  const gate = [item('own', { input: 'Capital of France?', expected: 'paris', grader: { kind: 'regex', flags: 'i' } })]
  const told = correction(1, { input: 'and of Spain', context: turn('capital of france', 'It is Paris.') })
  const wrong = correction(2, { input: 'and of Italy', context: turn('capital of france', 'It is Lyon.') })
  const asked = correction(3, { input: 'and of Peru', context: [{ role: 'user', content: 'capital of france' }] })
  const corpus = [{ id: 'entry', input: 'and of Chile', output: 'Santiago', category: 'c', context: told.context }]
  const dataset = prepare(
    inputOf({ learnings: [asked, wrong, told], userGate: gate, corpus, settings: { ...inputOf().settings, replay: 10 } }),
  )
  assert.equal(reasonFor(dataset, told.id), 'answers a held-out item in an earlier turn')
  assert.doesNotMatch(trainingText(dataset), /It is Paris/)
  for (const { id } of [wrong, asked]) assert.notEqual(reasonFor(dataset, id), 'answers a held-out item in an earlier turn')
  assert.equal(dataset.manifest.corpus.excluded['answers a held-out item in an earlier turn'], 1)
})

test('an accepted answer that stands in the earlier turns of what is trained on becomes no retention item, so the learning is not lost', () => {
  const success = correction(1, { id: 'success', kind: 'success', input: 'Count.', wanted: 'Yes.' })
  const other = correction(2, { id: 'other', kind: 'success', input: 'Sing.', wanted: 'La.' })
  const dataset = prepare(inputOf({ learnings: threeContexts, successes: [other, success] }))
  assert.deepEqual(
    dataset.items.filter(({ origin }) => origin === 'success').map(({ input }) => input),
    ['Sing.'],
  )
  assert.equal(trainedIds(dataset).length, 18 * 3)
})
