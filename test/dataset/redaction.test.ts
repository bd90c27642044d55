import assert from 'node:assert/strict'
import test from 'node:test'
import { planDataset } from '../../src/dataset/plan.ts'
import type { DatasetInput } from '../../src/dataset/dataset-input.ts'
import { prepareDataset } from '../../src/dataset/prepare.ts'
import type { PreparedDataset } from '../../src/dataset/prepare.ts'
import { ask, correction, corrections, inputOf, item } from './samples.ts'

function prepare(input: DatasetInput): PreparedDataset {
  const plan = planDataset(input)
  return prepareDataset(plan, ask(plan))
}

const settings = (changes: Partial<DatasetInput['settings']>): DatasetInput['settings'] => ({ ...inputOf().settings, ...changes })
const trained = ({ files }: PreparedDataset): string => files['train.jsonl'] + files['valid.jsonl']
const withMail = corrections(20).map((one, index) => ({ ...one, wanted: `Write to person${index % 2}@firm.example about ${one.wanted}` }))

test('nothing private is written for the trainer, and the manifest says how many values were replaced', () => {
  const corpus = [{ id: 'c', input: 'Who is on duty?', output: 'Call +49 30 1234567 or person1@firm.example.', category: 'old' }]
  const dataset = prepare(inputOf({ learnings: withMail, corpus }))
  assert.ok(!trained(dataset).includes('@'))
  assert.match(trained(dataset), /Write to <email-1> about/)
  assert.match(trained(dataset), /Call <phone-1> or <email-[12]>\./)
  // 12 of the 20 are trained on, with an address each, and the corpus entry has one more.
  assert.deepEqual(dataset.manifest.redacted, { email: 13, phone: 1 })
})

test('held-out items are asked and graded by the same placeholders; the pinned file keeps them as they were', () => {
  const userGate = [
    item('mail', { input: 'Who has person0@firm.example?', expected: 'person0@firm.example' }),
    item('pattern', { input: 'Whose is person0@firm.example?', expected: 'person0', grader: { kind: 'regex' } }),
  ]
  const dataset = prepare(inputOf({ learnings: withMail, userGate }))
  const byId = new Map(dataset.items.map((one) => [one.id, one]))
  assert.match(byId.get('user-gate:mail')?.input ?? '', /^Who has <email-\d>\?$/)
  assert.match(byId.get('user-gate:mail')?.expected ?? '', /^<email-\d>$/)
  // A pattern can't be changed without changing what it accepts.
  assert.equal(byId.get('user-gate:pattern')?.input, 'Whose is person0@firm.example?')
  for (const { expected, origin } of dataset.items) if (origin === 'learning') assert.match(expected, /^Write to <email-\d> about/)
  assert.ok(
    dataset.pinnedFile.items.filter(({ origin }) => origin === 'learning').every(({ expected }) => expected.includes('@firm.example')),
  )
})

test('a question that differs from a held-out one only in the spelling of a private value is not trained on', () => {
  const userGate = [item('card', { input: 'Is 4111 1111 1111 1111 a valid card?', expected: 'yes' })]
  const same = correction(500, { input: 'Is 4111111111111111 a valid card?', wanted: 'no' })
  const other = correction(501, { input: 'Is 5500005555555559 a valid card?', wanted: 'no' })
  const dataset = prepare(inputOf({ learnings: [other, same, ...withMail], userGate }))
  assert.deepEqual(
    dataset.fates.find(({ id }) => id === same.id),
    { id: same.id, fate: 'excluded', reason: 'is a held-out item' },
  )
  assert.match(trained(dataset), /Is <card-\d> a valid card/)
})

test('later learnings give no value another placeholder, and the same input gives the same bytes', () => {
  const first = prepare(inputOf({ learnings: withMail }))
  const more = correction(500, { wanted: 'New: other@firm.example' })
  const second = prepare(inputOf({ learnings: [more, ...withMail] }))
  const placeholderOf = (dataset: PreparedDataset): (string | undefined)[] =>
    ['answer 0', 'answer 1'].map((answer) => {
      const texts = [trained(dataset), ...dataset.items.map(({ expected }) => expected)].join('\n')
      return new RegExp(`(<email-\\d>) about ${answer}\\b`).exec(texts)?.[1]
    })
  assert.deepEqual(placeholderOf(second), placeholderOf(first))
  assert.deepEqual(prepare(inputOf({ learnings: withMail })).files, first.files)
})

test('with "refuse" a learning that holds something private is not used, and named; successes and corpus entries neither', () => {
  const learnings = [...corrections(10), correction(50, { wrong: 'Pay to DE89370400440532013000.' })]
  const successes = [correction(60, { kind: 'success', input: 'Who?', wanted: 'a@x.org' })]
  const corpus = [{ id: 'c', input: 'Where?', output: '10.1.2.3', category: 'old' }]
  const dataset = prepare(inputOf({ learnings, successes, corpus, settings: settings({ redaction: 'refuse' }) }))
  assert.deepEqual(
    dataset.fates.find(({ id }) => id === 'learning-50'),
    { id: 'learning-50', fate: 'excluded', reason: 'holds private data (iban)' },
  )
  assert.ok(dataset.items.every(({ origin }) => origin === 'learning'))
  assert.deepEqual(dataset.manifest.corpus.excluded, { 'holds private data (ip)': 1 })
})

test('with "off" everything is written as it is', () => {
  const dataset = prepare(inputOf({ learnings: withMail, settings: settings({ redaction: 'off' }) }))
  assert.match(trained(dataset), /person[01]@firm\.example/)
  assert.deepEqual(dataset.manifest.redacted, {})
})
