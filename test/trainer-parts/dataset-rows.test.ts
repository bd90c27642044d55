import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, test } from 'node:test'
import { readDatasetRows } from '../../src/trainers/dataset-rows.ts'

const directory = mkdtempSync(path.join(tmpdir(), 'genesis-rows-'))
after(() => rmSync(directory, { recursive: true, force: true }))
const trainFile = path.join(directory, 'train.jsonl')
const row = '{"id":"1","source":"learning","messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}]}'

describe('the rows of a training', () => {
  test('are read without what a trainer has no use for; files that are not there have none', async () => {
    writeFileSync(trainFile, `${row}\n\n${row}\n`)
    const messages = [
      { role: 'user', content: 'a' },
      { role: 'assistant', content: 'b' },
    ]
    assert.deepEqual(await readDatasetRows({ trainFile }), { train: [{ messages }, { messages }], valid: [], preferences: [] })
  })

  test('are refused when there are none', async () => {
    for (const prepare of [() => writeFileSync(trainFile, '\n'), () => rmSync(trainFile)]) {
      prepare()
      await assert.rejects(readDatasetRows({ trainFile }), { code: 'GI-TRAINER-FAILED', why: 'train.jsonl: there is nothing in it' })
    }
  })

  for (const [name, bad, why] of [
    ['another shape', '{"id":"1","messages":"none"}', /^line 3 of train\.jsonl: messages: .*array/],
    ['a role that nobody has', row.replace('"user"', '"nobody"'), /^line 3 of train\.jsonl: messages\.0\.role: /],
    ['half a line', row.slice(0, 30), /^line 3 of train\.jsonl: it is not JSON$/],
  ] as const)
    test(`are refused with ${name}, by the line`, async () => {
      writeFileSync(trainFile, `${row}\n${row}\n${bad}\n`)
      await assert.rejects(readDatasetRows({ trainFile }), (error: { code: string; why: string }) => {
        assert.equal(error.code, 'GI-TRAINER-FAILED')
        assert.match(error.why, why)
        return true
      })
    })
})
