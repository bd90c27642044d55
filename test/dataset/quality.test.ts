import assert from 'node:assert/strict'
import test from 'node:test'
import { planDataset } from '../../src/dataset/plan.ts'
import { prepareDataset } from '../../src/dataset/prepare.ts'
import { reasonAgainst } from '../../src/dataset/quality.ts'
import { isRefusal } from '../../src/evaluation/answer-marks.ts'
import { ask, correction, corrections, inputOf } from './samples.ts'

test('refusals are known in several languages', () => {
  const refusals = [
    "I'm sorry, but I can't help with that.",
    'I’m sorry, I cannot assist with this request.',
    'I am unable to provide legal advice.',
    'Sorry, I can not answer that.',
    'As an AI language model, I have no opinions.',
    'Es tut mir leid, aber dabei kann ich nicht helfen.',
    'Als KI habe ich keine Meinung.',
    'Désolé, je ne peux pas vous aider.',
    'Lo siento, no puedo ayudar con eso.',
    '抱歉，我无法提供帮助。',
  ]
  for (const answer of refusals) assert.ok(isRefusal(answer), answer)
})

test('answers that only speak of what is not possible are none', () => {
  const answers = [
    'You cannot return opened goods.',
    'Sorry for the wait: the parcel comes on Monday.',
    'I can help with that.',
    'Unfortunately the shop is closed on Sunday.',
    'The server cannot provide HTTP/3.',
    `I cannot help but notice: ${'the long explanation goes on. '.repeat(20)}`,
    'no',
  ]
  for (const answer of answers) assert.ok(!isRefusal(answer), answer)
})

test('tokens of chat templates are found wherever they stand, and nothing that only has such brackets', () => {
  const against = (input: string, answer = 'yes'): string | undefined => reasonAgainst({ context: [], input, answer }, () => true)
  for (const text of ['a<|im_end|>', '<|eot_id|>', '<start_of_turn>user', '[INST] hi [/INST]', '<think>hm</think>', '<｜User｜>'])
    assert.equal(against(text), 'has tokens of a chat template in its text', text)
  assert.equal(against('a', '<think>\n</think> yes'), 'has tokens of a chat template in its text')
  for (const text of ['a <| b |> c', 'List<T>', '<b>think</b>', 'x[INSTANCE]', 'use <end>']) assert.equal(against(text), undefined, text)
})

test('what a training step cannot see whole is left out; each reason has its count and examples, without private data', () => {
  const learnings = [
    ...corrections(10),
    correction(50, { input: 'Write to a@x.org', wanted: 'I cannot help with that.' }),
    correction(51, { input: 'long', wanted: 'word '.repeat(100) }),
    correction(52, { input: '<|im_start|>' }),
    ...[60, 61, 62, 63].map((minute) => correction(minute, { wanted: "I'm sorry, but I can't do that." })),
  ]
  const plan = planDataset(inputOf({ learnings, fits: (messages) => messages.every(({ content }) => content.length < 200) }))
  const { manifest } = prepareDataset(plan, ask(plan))
  assert.deepEqual(manifest.learnings.excluded, {
    'gives a refusal as the answer': 5,
    'has tokens of a chat template in its text': 1,
    'is longer than the training context': 1,
  })
  assert.deepEqual(manifest.learnings.examples['gives a refusal as the answer'], [
    { id: 'learning-50', input: 'Write to <email-1>' },
    { id: 'learning-60', input: 'question 60' },
    { id: 'learning-61', input: 'question 61' },
  ])
  assert.deepEqual(manifest.learnings.examples['is longer than the training context'], [{ id: 'learning-51', input: 'long' }])
})
