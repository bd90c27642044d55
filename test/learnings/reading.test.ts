import assert from 'node:assert/strict'
import { chmod, mkdir, rename, rm, utimes, writeFile } from 'node:fs/promises'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { GenesisError } from '../../src/errors.ts'
import { readLearnings } from '../../src/learnings/reading.ts'
import { readError } from '../../src/learnings/open-file.ts'
import type { Home } from '../../src/state/home.ts'
import { correction, impatient, temporaryHome } from './temporary-home.ts'

async function read(home: Home, patience: object = impatient) {
  const reading = readLearnings(home, { patience })
  const ids: string[] = []
  for await (const { learning, usability } of reading) ids.push(usability.usable ? learning.id : `${learning.id}!`)
  return { ids, unusable: reading.report.unusable, notes: reading.report.notes }
}

const list = (...entries: unknown[]): string => JSON.stringify({ learnings: entries })
const lines = (...entries: unknown[]): string => entries.map((entry) => `${JSON.stringify(entry)}\n`).join('')
const withCode = (code: string) => (error: unknown) => error instanceof GenesisError && error.code === code

describe('what the .json file may look like', () => {
  test('emptied just now, its writer is midway: look again; what stays empty holds no learnings', async (t) => {
    const home = await temporaryHome(t, { json: '' })
    await assert.rejects(read(home), withCode('GI-LEARNINGS-UNREADABLE'))
    const age = { attempts: 1, delayMs: 0, sleep: async () => await utimes(home.learningsJson, 1, 1) }
    assert.deepEqual((await read(home, age)).ids, [])
    await writeFile(home.learningsJson, '')
    const fill = { attempts: 1, delayMs: 0, sleep: async () => await writeFile(home.learningsJson, list(correction('a'))) }
    assert.deepEqual((await read(home, fill)).ids, ['a'])
  })
  for (const [title, json] of [
    ['missing', undefined],
    ['null', 'null'],
    ['[]', '[]'],
    ['{}', '{}'],
  ] as const) {
    test(`${title}: no learnings, nothing wrong`, async (t) => {
      const { ids, unusable } = await read(await temporaryHome(t, json === undefined ? {} : { json }))
      assert.deepEqual([ids, unusable.count], [[], 0])
    })
  }
  const two = list(correction('a'), correction('b'))
  for (const [title, json] of [
    ['a bare list', JSON.stringify([correction('a'), correction('b')])],
    ['a byte order mark', `\ufeff${two}`],
    ['Windows line ends', JSON.stringify({ learnings: [correction('a'), correction('b')] }, null, 2).replaceAll('\n', '\r\n')],
  ] as const) {
    test(`${title} is read`, async (t) => assert.deepEqual((await read(await temporaryHome(t, { json }))).ids, ['a', 'b']))
  }
  test('without a list of learnings it is counted as unusable', async (t) => {
    const { unusable } = await read(await temporaryHome(t, { json: '{"entries":[]}' }))
    assert.deepEqual(
      unusable.reasons.map(({ code }) => code),
      ['no-list'],
    )
  })
  test('UTF-16 is said to be UTF-16', async (t) => {
    const home = await temporaryHome(t, { json: Buffer.from(`\ufeff${two}`, 'utf16le') })
    await assert.rejects(
      read(home),
      (error: unknown) => withCode('GI-LEARNINGS-DENIED')(error) && /UTF-16/.test((error as GenesisError).why ?? ''),
    )
  })
  test('truncated, it is looked at again and then named unreadable: exit 12', async (t) => {
    const home = await temporaryHome(t, { json: two.slice(0, -2) })
    let looks = 0
    const sleep = () => Promise.resolve(void (looks += 1))
    await assert.rejects(read(home, { attempts: 4, delayMs: 0, sleep }), (error: unknown) => {
      assert.ok(error instanceof GenesisError)
      assert.deepEqual([error.code, error.temporary, error.exitCode], ['GI-LEARNINGS-UNREADABLE', true, 12])
      return true
    })
    assert.equal(looks, 4)
  })
  test('a directory is denied, with words', async (t) => {
    const home = await temporaryHome(t)
    await mkdir(home.learningsJson)
    await assert.rejects(
      read(home),
      (error: unknown) => withCode('GI-LEARNINGS-DENIED')(error) && (error as GenesisError).why === 'it is a directory',
    )
  })
  test('unreadable is denied', { skip: process.getuid?.() === 0 && 'root reads everything' }, async (t) => {
    const home = await temporaryHome(t, { json: two })
    await chmod(home.learningsJson, 0)
    await assert.rejects(read(home), withCode('GI-LEARNINGS-DENIED'))
  })
  test('the system refusing is denied, in words', () => {
    const refused = Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' })
    assert.ok(withCode('GI-LEARNINGS-DENIED')(readError(refused, '/home/data/genesis_learnings.json')))
    const unknown = new Error('something else')
    assert.equal(readError(unknown, 'x'), unknown)
  })
})

describe('a writer at work', () => {
  test('midway at first, whole at the next look: read, each once', async (t) => {
    const whole = list(correction('a'), correction('b'), correction('c'))
    const home = await temporaryHome(t, { json: whole.slice(0, -20) })
    const { ids } = await read(home, { attempts: 2, delayMs: 0, sleep: () => writeFile(home.learningsJson, whole) })
    assert.deepEqual(ids, ['a', 'b', 'c'])
  })
  test('an error report of a look that failed is not kept', async (t) => {
    const whole = list(7, correction('a'))
    const home = await temporaryHome(t, { json: whole.slice(0, -1) })
    const { ids, unusable } = await read(home, { attempts: 2, delayMs: 0, sleep: () => writeFile(home.learningsJson, whole) })
    assert.deepEqual([ids, unusable.count], [['a'], 1])
  })

  const many = Array.from({ length: 20_000 }, (_, index) => correction(`old-${index}`))
  test('rewritten in place while we read: nothing of it is half old, half new', async (t) => {
    const home = await temporaryHome(t, { json: list(...many) })
    const fresh = list(...Array.from({ length: 20_000 }, (_, index) => correction(`new-${index}`, { correction: 'other' })))
    let rewritten = false
    const seen = new Map<string, string | null>()
    for await (const { learning } of readLearnings(home, { patience: impatient })) {
      if (!rewritten) await writeFile(home.learningsJson, fresh)
      rewritten = true
      seen.set(learning.id, learning.wanted)
    }
    for (const [id, wanted] of seen) assert.equal(wanted, id.startsWith('new') ? 'other' : `answer ${id}`)
    assert.equal([...seen.keys()].filter((id) => id.startsWith('new')).length, 20_000)
  })
  test('replaced by a rename while we read: what was opened is read to its end', async (t) => {
    const home = await temporaryHome(t, { json: list(...many) })
    const other = `${home.learningsJson}.new`
    await writeFile(other, list(correction('new')))
    let ids = 0
    for await (const { learning } of readLearnings(home, { patience: impatient })) {
      if (ids === 0) await rename(other, home.learningsJson)
      assert.ok(learning.id.startsWith('old'))
      ids += 1
    }
    assert.equal(ids, 20_000)
    assert.deepEqual((await read(home)).ids, ['new'])
  })
  test('written to at every look: unreadable, not endless', async (t) => {
    const home = await temporaryHome(t, { json: list(...many) })
    const rewrite = (version: number) => writeFile(home.learningsJson, list(correction(`v${version}`), ...many))
    let looks = 0
    const reading = async () => {
      const patience = { attempts: 3, delayMs: 0, sleep: () => Promise.resolve(void (looks += 1)) }
      let writtenAt = -1
      for await (const { learning } of readLearnings(home, { patience })) {
        assert.ok(learning.id !== '')
        if (writtenAt < looks) await rewrite(looks)
        writtenAt = looks
      }
    }
    await assert.rejects(reading, withCode('GI-LEARNINGS-UNREADABLE'))
    assert.equal(looks, 3)
  })
  test('removed before it is opened is missing', async (t) => {
    const home = await temporaryHome(t, { json: list(correction('a')) })
    await rm(home.learningsJson)
    assert.deepEqual((await read(home)).ids, [])
  })
})

describe('both files', () => {
  test('are joined by identity: the first sound one counts', async (t) => {
    const home = await temporaryHome(t, {
      json: list(correction('a'), correction('b')),
      jsonl: lines(correction('b', { correction: 'later' }), correction('c')),
    })
    const { ids, notes } = await read(home)
    assert.deepEqual([ids, notes.repeated], [['a', 'b', 'c'], 1])
  })
  test('one that was completed later is taken', async (t) => {
    const home = await temporaryHome(t, { json: list({ id: 'a', input: 'q' }), jsonl: lines(correction('a')) })
    const { ids, unusable } = await read(home)
    assert.deepEqual([ids, unusable.count], [['a!', 'a'], 1])
  })
  test('entries that cannot be used are counted by reason and named by place', async (t) => {
    const home = await temporaryHome(t, {
      json: list(5, null, correction('a'), { id: 'b', input: 'q' }),
      jsonl: `${lines(correction('c'))}{"broken\n${lines(correction('d'))}`,
    })
    const { ids, unusable } = await read(home)
    assert.deepEqual(ids, ['a', 'b!', 'c', 'd'])
    assert.deepEqual(
      unusable.reasons.map(({ code, count, examples }) => [code, count, examples]),
      [
        ['not-an-object', 2, ['genesis_learnings.json entry 1', 'genesis_learnings.json entry 2']],
        ['no-wanted-output', 1, ['genesis_learnings.json entry 4 (b)']],
        ['not-valid-json', 1, ['genesis_learnings.jsonl line 2']],
      ],
    )
  })
  test('a time in the future is kept and noted', async (t) => {
    const home = await temporaryHome(t, {
      json: list(correction('a', { timestamp: '2999-01-01' }), correction('b', { timestamp: 'soon' })),
    })
    const { ids, notes } = await read(home)
    assert.deepEqual([ids, notes], [['a', 'b'], { repeated: 0, inFuture: 1, unreadableTime: 1 }])
  })
  test('lines appended while we read belong to the next reading', async (t) => {
    const home = await temporaryHome(t, { jsonl: lines(...Array.from({ length: 5000 }, (_, index) => correction(`${index}`))) })
    let ids = 0
    for await (const _ of readLearnings(home, { patience: impatient })) {
      if (ids === 0) await writeFile(home.learningsJsonl, lines(correction('new')), { flag: 'a' })
      ids += 1
    }
    assert.equal(ids, 5000)
  })
})

test('any bytes in either file give learnings, a count or one of two errors', async (t) => {
  const home = await temporaryHome(t)
  const patience = { attempts: 0 }
  const text = fc.oneof(fc.string({ unit: 'binary' }), fc.json(), fc.constantFrom('[', '{"learnings":[', '\ufeff[]', '[1,2', 'null'))
  await fc.assert(
    fc.asyncProperty(text, text, async (json, jsonl) => {
      await writeFile(home.learningsJson, json)
      await writeFile(home.learningsJsonl, jsonl)
      try {
        await read(home, patience)
      } catch (error) {
        assert.ok(error instanceof GenesisError && ['GI-LEARNINGS-UNREADABLE', 'GI-LEARNINGS-DENIED'].includes(error.code), String(error))
      }
    }),
    { numRuns: 200 },
  )
})
