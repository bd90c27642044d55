import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import test from 'node:test'
import { linesOf, readyPlace, textOf } from '../cycle/workplace.ts'
import { genesis, genesisJson } from './program.ts'

const learned = [
  { id: 'mail', input: 'Who is on duty?', wrong: 'Nobody.', correction: 'Ask eve@firm.example.' },
  { id: 'refusal', input: 'Name a colour for eve@firm.example', wrong: 'Red', correction: "I'm sorry, but I can't help with that." },
  { id: 'tokens', input: 'Say yes', wrong: 'no', correction: 'yes<|im_end|>' },
  { id: 'near', input: 'Please, what is the capital of Peru', wrong: 'Quito', correction: 'Lima' },
  { id: 'old', timestamp: '2026-01-01T00:00:00Z', input: 'Our colour?', wrong: 'red', correction: 'blue' },
  { id: 'new', timestamp: '2026-01-02T00:00:00Z', input: 'our colour', wrong: 'red', correction: 'green' },
]

test('show tells why learnings are left out, with examples, and how much private data was replaced', async () => {
  const place = readyPlace()
  writeFileSync(place.home.userGate, `${JSON.stringify({ id: 'own', input: 'What is the capital of Peru?', expected: 'Lima' })}\n`)
  writeFileSync(place.home.learningsJsonl, learned.map((one) => `${JSON.stringify(one)}\n`).join(''), { flag: 'a' })
  await place.runUntilNext('train')
  const [cycle = ''] = place.cycles()

  const { dataset } = await genesisJson<{ dataset: { excluded: unknown[]; conflicts: number } }>(['show', cycle, '--home', place.home.root])
  assert.deepEqual(dataset.excluded, [
    { reason: 'gives a refusal as the answer', count: 1, examples: [{ id: 'refusal', input: 'Name a colour for <email-1>' }] },
    { reason: 'has tokens of a chat template in its text', count: 1, examples: [{ id: 'tokens', input: 'Say yes' }] },
    {
      reason: 'is a near-duplicate of a held-out item',
      count: 1,
      examples: [{ id: 'near', input: 'Please, what is the capital of Peru' }],
    },
  ])
  assert.equal(dataset.conflicts, 1)
  const { stdout } = await genesis(['show', cycle, '--home', place.home.root])
  assert.match(stdout, /106 collected: \d+ trained on, \d+ held out, 1 superseded, 3 left out/)
  assert.match(stdout, /1 left out: each gives a refusal as the answer\n +refusal: Name a colour for <email-1>/)
  assert.match(stdout, /1 question has different corrections/)

  const prepared = path.join(place.home.cycles, cycle, 'prepare')
  for (const file of ['train.jsonl', 'valid.jsonl', 'preferences.jsonl', 'pinned.jsonl', 'manifest.json'])
    assert.ok(!textOf(path.join(prepared, file)).includes('eve@'), file)
  assert.ok(linesOf(path.join(prepared, 'preferences.jsonl')).length >= 50)
})
