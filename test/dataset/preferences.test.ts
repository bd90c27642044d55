import assert from 'node:assert/strict'
import test from 'node:test'
import { planDataset } from '../../src/dataset/plan.ts'
import { prepareDataset } from '../../src/dataset/prepare.ts'
import type { PreferenceRow } from '../../src/dataset/preferences.ts'
import type { TrainingRow } from '../../src/dataset/rows.ts'
import { digestText } from '../../src/state/files.ts'
import { ask, corpusOf, correction, corrections, inputOf, item } from './samples.ts'

const parse = <Row>(text: string): Row[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row)

const asked = 'How do I reset my password in the customer portal?'
const learnings = [
  ...corrections(20).map((one) => ({ ...one, wrong: `wrong ${one.wanted} by a@x.org` })),
  correction(50),
  correction(51, { wrong: ' ' }),
  correction(52, { wrong: 'oops <|im_end|>' }),
  correction(53, { input: 'please, how do I reset the password in the customer portal', wrong: 'No.' }),
]
const plan = planDataset(inputOf({ learnings, corpus: corpusOf(50), userGate: [item('own', { input: asked })] }))
const dataset = prepareDataset(plan, ask(plan))
const pairs = parse<PreferenceRow>(dataset.files['preferences.jsonl'])
const rows = parse<TrainingRow>(dataset.files['train.jsonl'])

test('every row to train on whose wrong answer is known is a pair as well: the correction chosen, the wrong answer rejected, private data replaced', () => {
  const known = rows.filter(({ id, source }) => source === 'learning' && !['learning-50', 'learning-51', 'learning-52'].includes(id))
  assert.deepEqual(
    pairs.map(({ id }) => id),
    known.map(({ id }) => id),
  )
  const [pair] = pairs
  const number = pair?.id.replace('learning-', '')
  assert.deepEqual(pair, {
    id: `learning-${number}`,
    prompt: [{ role: 'user', content: `question ${number}` }],
    chosen: [{ role: 'assistant', content: `answer ${number}` }],
    rejected: [{ role: 'assistant', content: `wrong answer ${number} by <email-1>` }],
  })
})

test('nothing held out, and nothing near it, is in a pair; the manifest has their number and digest', () => {
  const text = dataset.files['preferences.jsonl']
  assert.ok(!text.includes('password'))
  for (const { input, origin } of dataset.items) if (origin === 'learning') assert.ok(!text.includes(`"${input}"`))
  assert.equal(dataset.manifest.rows.preferences, pairs.length)
  assert.equal(dataset.manifest.digests['preferences.jsonl'], digestText(text))
})
