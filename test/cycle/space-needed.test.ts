import assert from 'node:assert/strict'
import { truncateSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import { datasetBytes } from '../../src/cycle/steps/space-needed.ts'
import { readyPlace } from './workplace.ts'

describe('room for a dataset', () => {
  const settings = { maxLearnings: 100, replay: 1, maxReplay: 50 }

  test('is that of rows and preferences, of what is replayed, and of the fates', () => {
    // 10 learnings of 1,000 bytes twice, 10 of 100 corpus entries of 500 bytes, 10 fates of 150 bytes.
    const snapshot = { learnings: 10, learningsBytes: 10_000, corpus: 100, corpusBytes: 50_000 }
    assert.equal(datasetBytes(snapshot, settings), 20_000 + 5_000 + 1_500)
  })

  test('does not grow with what is not trained on, but for the fates', () => {
    // 100 of 1,000 learnings, 50 of 1,000 corpus entries.
    const snapshot = { learnings: 1000, learningsBytes: 1_000_000, corpus: 1000, corpusBytes: 1_000_000 }
    assert.equal(datasetBytes(snapshot, settings), 200_000 + 50_000 + 150_000)
    assert.equal(datasetBytes({ learnings: 0, learningsBytes: 0, corpus: 0, corpusBytes: 0 }, settings), 0)
  })
})

test('a step that has no room fails for now before it writes, and goes on when there is', async () => {
  const place = readyPlace()
  const corpus = path.join(place.home.data, 'corpus.jsonl')
  writeFileSync(corpus, '')
  await place.check()
  // A sparse file: it has the size of what no disk has room for, and takes none.
  truncateSync(corpus, 2 ** 43)
  const { error, step } = await place.check()
  assert.deepEqual([step, error?.code, error?.temporary], ['collect', 'GI-DISK-FULL', true])
  assert.match(error?.what ?? '', /not enough free disk space to collect the learnings/)
  truncateSync(corpus, 0)
  assert.equal((await place.runToEnd()).at(-1)?.outcome, 'DEPLOY')
})
