import assert from 'node:assert/strict'
import { open, stat } from 'node:fs/promises'
import { describe, test } from 'node:test'
import { genesis, genesisJson, temporaryHome } from './program.ts'

/** What design, section 9, allows. Of it a Node process takes about 100 for itself, newer ones more. */
const memoryMegabytes = 300
const entries = 1_000_000
/** From here on the identities of the first ones come again. */
const identities = 900_000
/** Of ten entries one has no wanted output; an identity that comes again is as usable as the first time. */
const usable = 810_000
const unusable = 90_000

/** Quotes, line ends and characters of two, three and four bytes, so that pieces of the file end within each of them. */
const filling = 'Grüße "aus" der Tiefe\n\u{1F98A} 漢字 '.repeat(5)

function entryAt(index: number): string {
  const id = `learning-${index % identities}`
  const question = { id, input: `${index % identities}: ${filling}`, wrong: 'no' }
  return JSON.stringify(index % 10 === 3 ? question : { ...question, correction: `${filling} yes` })
}

/** Writes all entries with what stands before, between and after them. */
async function writeEntries(file: string, [before, between, after]: [string, string, string]): Promise<void> {
  const handle = await open(file, 'w')
  try {
    await handle.write(before)
    for (let start = 0; start < entries; start += 10_000) {
      const texts = Array.from({ length: 10_000 }, (_, index) => entryAt(start + index))
      await handle.write((start === 0 ? '' : between) + texts.join(between))
    }
    await handle.write(after)
  } finally {
    await handle.close()
  }
  assert.ok((await stat(file)).size > 300e6)
}

interface StatusDocument {
  learnings_since_training: number
  unusable: { count: number }
}

interface CheckDocument {
  triggers: { value: number | null }[]
}

describe(
  'a million learnings in more than 300 MB are counted right with 300 MB of memory',
  { skip: process.platform !== 'linux' && 'only Linux limits it' },
  () => {
    test('as one JSON list', async (t) => {
      const home = temporaryHome(t)
      await writeEntries(home.learningsJson, ['{"learnings": [\n', ',\n', '\n], "version": 1}\n'])
      const status = await genesisJson<StatusDocument>(['status', '--home', home.root], { memoryMegabytes })
      assert.deepEqual([status.learnings_since_training, status.unusable.count], [usable, unusable])
    })

    test('as lines; one more is recorded, and recorded once, with as little', async (t) => {
      const home = temporaryHome(t, { config: { triggers: { learnings: 1_000_000 } } })
      await writeEntries(home.learningsJsonl, ['', '\n', '\n'])
      const { triggers } = await genesisJson<CheckDocument>(['check', '--once', '--home', home.root], { memoryMegabytes })
      assert.equal(triggers[0]?.value, usable)
      const learn = ['learn', '--id', 'one more', '--input', 'q', '--wanted', 'a', '--home', home.root]
      for (const recorded of [true, false]) assert.equal((await genesisJson(learn, { memoryMegabytes }))['recorded'], recorded)
    })

    test('a program that takes more is noticed', async (t) => {
      const home = temporaryHome(t)
      const greedy = 'data:text/javascript,Array.from({length:60},()=>Buffer.alloc(1e7,1))'
      const environment = { NODE_OPTIONS: `--import ${greedy}` }
      assert.equal((await genesis(['status', '--home', home.root], { environment })).code, 0)
      assert.notEqual((await genesis(['status', '--home', home.root], { environment, memoryMegabytes })).code, 0)
    })
  },
)
