import assert from 'node:assert/strict'
import test from 'node:test'
import { renderJsonl, rowOfEntry, splitRows } from '../../src/dataset/rows.ts'
import { corpusOf } from './samples.ts'

const both = (share: number): { learning: number; corpus: number } => ({ learning: share, corpus: share })
const rows = corpusOf(1000).map(rowOfEntry)

test('a row is a conversation that ends with the answer to learn, earlier turns first', () => {
  const context = [{ role: 'system' as const, content: 'Be short.' }]
  const row = rowOfEntry({ id: 'e', input: 'in', output: 'out', category: 'c', context })
  assert.equal(
    renderJsonl([row]),
    '{"id":"e","source":"corpus","messages":[{"role":"system","content":"Be short."},{"role":"user","content":"in"},{"role":"assistant","content":"out"}]}\n',
  )
})

test('about the wanted share is set aside for validation, in an order that depends on the ids only', () => {
  const { train, valid } = splitRows(rows, both(0.05), 42)
  assert.equal(train.length + valid.length, 1000)
  // 50 expected, standard deviation 6.9
  assert.ok(valid.length > 22 && valid.length < 78, `${valid.length}`)
  assert.deepEqual(splitRows([...rows].reverse(), both(0.05), 42), { train, valid })
})

test('nothing is set aside with a share of 0, and something is always left to train on', () => {
  assert.equal(splitRows(rows, both(0), 42).valid.length, 0)
  for (const row of rows.slice(0, 20)) assert.equal(splitRows([row], both(0.5), 42).train.length, 1)
})
