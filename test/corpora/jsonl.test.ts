import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import test, { after } from 'node:test'
import { openJsonlCorpus } from '../../src/corpora/jsonl.ts'
import { readAll } from '../contract/corpus-contract.ts'

const directory = await mkdtemp(path.join(tmpdir(), 'corpus-'))
after(() => rm(directory, { recursive: true, force: true }))

async function read(content: string | Buffer): ReturnType<typeof readAll> {
  const file = path.join(directory, 'corpus.jsonl')
  await writeFile(file, content)
  return readAll(openJsonlCorpus({ file }))
}

test('the usual field names are understood', async () => {
  const rows = [
    { input: 'q1', output: 'a', category: 'c' },
    { prompt: 'q2', response: 'a', slice: 'c' },
    { question: 'q3', answer: 'a', tags: ['c'] },
    { instruction: 'q4', chosen: 'a', rejected: 'b', type: 'c' },
    { instruction: 'q5', input: 'material', output: 'a', category: 'c' },
  ]
  const { entries, skipped } = await read(rows.map((row) => JSON.stringify(row)).join('\n'))
  assert.deepEqual(skipped, [])
  assert.deepEqual(
    entries.map(({ input }) => input),
    ['q1', 'q2', 'q3', 'q4', 'q5\n\nmaterial'],
  )
  assert.ok(entries.every(({ output, category }) => output === 'a' && category === 'c'))
})

test('a conversation ends with the example; what comes before is its context', async () => {
  const messages = [
    { role: 'system', content: 'Be short.' },
    { role: 'user', content: 'Hi' },
    { role: 'assistant', content: 'Hello' },
  ]
  const { entries } = await read(JSON.stringify({ id: 'x', messages }))
  assert.deepEqual(entries, [{ id: 'x', input: 'Hi', output: 'Hello', category: 'general', context: messages.slice(0, 1) }])
})

test('without an id an entry is known by its content, and doubled ones are told of', async () => {
  const { entries, skipped } = await read('{"input":"q","output":"a"}\n{"input":"q","output":"a"}\n{"input":"q","output":"b"}\n')
  assert.equal(entries.length, 2)
  assert.deepEqual(skipped, ['Line 2 repeats the id or the content of an earlier line.'])
})

test('a byte order mark, Windows line ends, blank lines and a missing last line end do no harm', async () => {
  const { entries, skipped } = await read('\uFEFF{"input":"q","output":"a"}\r\n\r\n  \n{"input":"r","output":"b"}')
  assert.deepEqual([entries.length, skipped.length], [2, 0])
})

test('half characters, empty answers and lists are told of with their line', async () => {
  const { entries, skipped } = await read('{"input":"q","output":"\\ud83d"}\n{"input":"q","output":""}\n[1]\nnull\n')
  assert.equal(entries.length, 0)
  assert.deepEqual(
    skipped.map((reason) => reason.slice(0, 7)),
    ['Line 1 ', 'Line 2 ', 'Line 3 ', 'Line 4 '],
  )
})
