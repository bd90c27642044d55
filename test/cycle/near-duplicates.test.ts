import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import test from 'node:test'
import { linesOf, readyPlace, textOf } from './workplace.ts'

test('a gate item planted in the learnings, slightly reworded, never reaches train.jsonl', async () => {
  const place = readyPlace()
  const asked = 'How do I reset my password in the customer portal?'
  const planted = ['How can I reset the password in the customer portal', 'please: how do i RESET my password in the customer portal?']
  writeFileSync(place.home.userGate, `${JSON.stringify({ id: 'own', input: asked, expected: 'Click on it.' })}\n`)
  const lines = planted.map((input, index) => JSON.stringify({ id: `planted-${index}`, input, wrong: 'No.', correction: 'Click on it.' }))
  writeFileSync(place.home.learningsJsonl, `${lines.join('\n')}\n`, { flag: 'a' })
  await place.runUntilNext('train')

  const [cycle = ''] = place.cycles()
  const prepared = path.join(place.home.cycles, cycle, 'prepare')
  assert.ok(linesOf(path.join(prepared, 'train.jsonl')).length >= 40)
  assert.ok(!(textOf(path.join(prepared, 'train.jsonl')) + textOf(path.join(prepared, 'valid.jsonl'))).includes('password'))
  const fates = linesOf(path.join(prepared, 'fates.jsonl')) as { id: string; reason?: string }[]
  for (const id of ['planted-0', 'planted-1'])
    assert.equal(fates.find((fate) => fate.id === id)?.reason, 'is a near-duplicate of a held-out item')
})

test('near-duplicates among the pinned items name their cluster in the rows that are judged', async () => {
  const place = readyPlace()
  const gate = ['Name the capital of France', 'What is the capital of France?', 'Name a prime number'].map((input, index) =>
    JSON.stringify({ id: `own-${index}`, input, expected: 'Paris' }),
  )
  writeFileSync(place.home.userGate, `${gate.join('\n')}\n`)
  await place.runUntilNext('decide')
  const [cycle = ''] = place.cycles()
  for (const file of ['prepare/baseline.jsonl', 'evaluate/baseline.jsonl', 'evaluate/candidate.jsonl']) {
    const rows = linesOf(path.join(place.home.cycles, cycle, file)) as { id: string; cluster?: string }[]
    const clusters = rows.filter(({ id }) => id.startsWith('user-gate')).map(({ cluster }) => cluster)
    assert.deepEqual(clusters, ['user-gate:own-0', 'user-gate:own-0', undefined])
  }
})

test('a candidate whose training file was changed after it was prepared is not judged', async () => {
  const place = readyPlace()
  await place.runUntilNext('decide')
  const [cycle = ''] = place.cycles()
  const [asked] = linesOf(place.home.pinned) as { input: string; expected: string }[]
  const messages = [
    { role: 'user', content: `Please: ${asked?.input}` },
    { role: 'assistant', content: asked?.expected },
  ]
  const planted = JSON.stringify({ id: 'planted', source: 'corpus', messages })
  writeFileSync(path.join(place.home.cycles, cycle, 'prepare', 'train.jsonl'), `${planted}\n`, { flag: 'a' })
  await place.runToEnd()
  const { last_cycle: last, current_model: current } = await place.state()
  assert.deepEqual([last?.outcome, current], ['FAILED', 'genesis-base'])
  assert.match(last?.reasons[0] ?? '', /train\.jsonl was changed after it was prepared/)
})
