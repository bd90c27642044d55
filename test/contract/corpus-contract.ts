import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Corpus, CorpusEntry } from '../../src/corpora/port.ts'
import { GenesisError } from '../../src/errors.ts'

/** How the suite gets a corpus of one implementation into a given condition. */
export interface CorpusSetting {
  /** Holds these entries and, when `unusable` is above 0, so many that can't be used. */
  holding(entries: readonly CorpusEntry[], unusable: number): Promise<Corpus>
  /** Nothing has been put there yet. */
  empty(): Promise<Corpus>
  unreadable(): Promise<Corpus>
  /** The id under which the entry comes back, counted from 0; its own where left out. */
  idOf?: (index: number) => string
}

const plain: CorpusEntry[] = [
  { id: 'one', input: 'What is 1 + 1?', output: '2', category: 'sums' },
  { id: 'two', input: 'Line\nbreak and \u2028 separator', output: 'naïve 日本 😀', category: 'general' },
  { id: 'three', input: 'Say hello', output: 'Hello!', category: 'general' },
]

export async function readAll(corpus: Corpus): Promise<{ entries: CorpusEntry[]; skipped: string[] }> {
  const skipped: string[] = []
  const read: CorpusEntry[] = []
  for await (const entry of corpus.read((reason) => skipped.push(reason))) read.push(entry)
  return { entries: read, skipped }
}

/** The rules that every corpus keeps. */
export function describeCorpus(name: string, setting: CorpusSetting): void {
  const entries = plain.map((entry, index) => ({ ...entry, id: setting.idOf?.(index) ?? entry.id }))
  describe(`the corpus contract, ${name}`, () => {
    test('gives every entry, in the same order each time', async () => {
      const corpus = await setting.holding(entries, 0)
      assert.deepEqual(await corpus.preflight(), [])
      assert.deepEqual(await readAll(corpus), { entries, skipped: [] })
      assert.deepEqual(await readAll(corpus), { entries, skipped: [] })
    })

    test('tells of each entry that cannot be used, and gives the others', async () => {
      const { entries: read, skipped } = await readAll(await setting.holding(entries, 3))
      assert.deepEqual(read, entries)
      assert.equal(skipped.length, 3)
      assert.ok(skipped.every((reason) => reason !== ''))
    })

    test('a corpus that holds nothing is no problem', async () => {
      const corpus = await setting.empty()
      assert.deepEqual(await corpus.preflight(), [])
      assert.deepEqual(await readAll(corpus), { entries: [], skipped: [] })
    })

    test('one that cannot be read says so beforehand, and fails by name', async () => {
      const corpus = await setting.unreadable()
      const problems = await corpus.preflight()
      assert.ok(problems.length > 0 && problems.every(({ what, remedy }) => what !== '' && remedy !== ''))
      await assert.rejects(readAll(corpus), (error) => error instanceof GenesisError && error.code === problems[0]?.code)
    })

    test('the reader may stop early', async () => {
      const corpus = await setting.holding(entries, 0)
      for await (const entry of corpus.read(() => undefined)) {
        assert.equal(entry.id, entries[0]?.id)
        break
      }
    })

    test('has a name', async () => {
      assert.notEqual((await setting.empty()).name, '')
    })
  })
}
