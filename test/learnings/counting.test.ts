import assert from 'node:assert/strict'
import { appendFile, chmod, mkdir, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, test } from 'node:test'
import { GenesisError } from '../../src/errors.ts'
import { countLearnings, outcomesSince } from '../../src/learnings/counting.ts'
import { readFates } from '../../src/learnings/fate-reading.ts'
import type { Home } from '../../src/state/home.ts'
import { correction, impatient, temporaryHome } from './temporary-home.ts'

const list = (...entries: unknown[]): string => JSON.stringify({ learnings: entries })
const lines = (...entries: unknown[]): string => entries.map((entry) => `${JSON.stringify(entry)}\n`).join('')
const count = (home: Home, options: object = {}) => countLearnings(home, { patience: impatient, ...options })

async function writeFates(home: Home, cycle: string, ...fates: object[]): Promise<void> {
  await mkdir(home.fates, { recursive: true })
  await writeFile(path.join(home.fates, `${cycle}.jsonl`), lines(...fates))
}

describe('counts', () => {
  test('a home without files has none', async (t) => {
    const { total, usable, waiting, real, simulated, outcomes } = await count(await temporaryHome(t))
    assert.deepEqual([total, usable, waiting, real, simulated, outcomes], [0, 0, 0, 0, 0, { successes: 0, failures: 0 }])
  })
  test('a hundred fresh ones count exactly a hundred', async (t) => {
    const home = await temporaryHome(t, {
      json: list(...Array.from({ length: 60 }, (_, i) => correction(`a${i}`))),
      jsonl: lines(...Array.from({ length: 60 }, (_, i) => correction(`a${i + 40}`))),
    })
    assert.equal((await count(home)).waiting, 100)
  })
  test('total = usable + successes + unusable; real are all that are not simulated', async (t) => {
    const home = await temporaryHome(t, {
      json: list(
        correction('a'),
        { id: 's', type: 'success', input: 'q', output: 'a' },
        { id: 'e', type: 'error', input: 'q' },
        5,
        correction('z', { source: 'simulation' }),
      ),
    })
    const counts = await count(home)
    assert.deepEqual([counts.total, counts.usable, counts.unusable.count, counts.simulated, counts.real], [5, 2, 2, 1, 4])
    assert.deepEqual(counts.byKind, { correction: 2, pattern: 0, error: 1, success: 1 })
  })
  test('with a fate, or pinned, a usable learning is not waiting', async (t) => {
    const home = await temporaryHome(t, { json: list(...['a', 'b', 'c', 'd', 'e'].map((id) => correction(id))) })
    await writeFates(home, 'cycle-1', { id: 'a', fate: 'used' }, { id: 'b', fate: 'excluded', reason: 'x' })
    await writeFile(home.pinned, lines({ id: 'p', learningIds: ['c'] }))
    await writeFile(home.simulatedPinned, lines({ id: 'p', learningIds: ['d'] }))
    const { usable, waiting } = await count(home)
    assert.deepEqual([usable, waiting], [5, 1])
  })
  test('an identity that is a number in one file and a text in the fates is the same', async (t) => {
    const home = await temporaryHome(t, { json: list({ id: 7, input: 'q', correction: 'a' }) })
    await writeFates(home, 'cycle-1', { id: '7', fate: 'used' })
    assert.equal((await count(home)).waiting, 0)
  })
  test('the digest of the usable ones changes with one more, and with another answer under the same id', async (t) => {
    const home = await temporaryHome(t, { json: list(correction('a'), correction('b')) })
    const { usableDigest } = await count(home)
    await writeFile(home.learningsJson, list(correction('b'), correction('a')))
    assert.equal((await count(home)).usableDigest, usableDigest)
    await writeFile(home.learningsJson, list(correction('a'), correction('b', { correction: 'other' })))
    assert.notEqual((await count(home)).usableDigest, usableDigest)
  })
  test('the digest of the usable ones changes when a question or an earlier turn is edited in place, at the same length', async (t) => {
    const said = (content: string): object => ({ context: [{ role: 'system', content }] })
    const home = await temporaryHome(t, { json: list(correction('a', said('Be brief.'))) })
    const { usableDigest } = await count(home)
    await writeFile(home.learningsJson, list(correction('a', { ...said('Be brief.'), input: 'Question a' })))
    assert.notEqual((await count(home)).usableDigest, usableDigest)
    await writeFile(home.learningsJson, list(correction('a', said('Be exact.'))))
    assert.notEqual((await count(home)).usableDigest, usableDigest)
  })
  test('a broken .json is an error, not a count', async (t) => {
    const home = await temporaryHome(t, { json: '{"learnings":[' })
    await assert.rejects(count(home), (error: unknown) => error instanceof GenesisError && error.code === 'GI-LEARNINGS-UNREADABLE')
  })
  test('the learnings files are never changed', async (t) => {
    const home = await temporaryHome(t, { json: list(correction('a')), jsonl: 'broken\n' })
    const before = [await stat(home.learningsJson), await stat(home.learningsJsonl)].map(({ ino, mtimeMs, size }) => [ino, mtimeMs, size])
    await count(home)
    assert.deepEqual(
      [await stat(home.learningsJson), await stat(home.learningsJsonl)].map(({ ino, mtimeMs, size }) => [ino, mtimeMs, size]),
      before,
    )
  })
})

describe('the cache', () => {
  test('answers while nothing changed, and not after any file changed', async (t) => {
    const home = await temporaryHome(t, { jsonl: lines(correction('a'), correction('b')) })
    assert.equal((await count(home)).waiting, 2)
    const cache = path.join(home.cache, 'learning-counts.json')
    const kept = await stat(cache)
    await count(home)
    assert.equal((await stat(cache)).ino, kept.ino)
    await appendFile(home.learningsJsonl, lines(correction('c')))
    assert.equal((await count(home)).waiting, 3)
    await writeFates(home, 'cycle-1', { id: 'a', fate: 'used' })
    assert.equal((await count(home)).waiting, 2)
    await writeFile(home.pinned, lines({ learningIds: ['b'] }))
    assert.equal((await count(home)).waiting, 1)
    await rm(home.fates, { recursive: true })
    assert.equal((await count(home)).waiting, 2)
  })
  test('the same size at another time is another file', async (t) => {
    const home = await temporaryHome(t, { json: list(correction('a')) })
    await count(home)
    await writeFile(
      home.learningsJson,
      list(correction('b', { type: 'error ' }))
        .replace('"b"', '"a"')
        .padEnd(70),
    )
    await writeFile(home.learningsJson, list(5).padEnd((await stat(home.learningsJson)).size))
    await utimes(home.learningsJson, 1, 1)
    assert.equal((await count(home)).usable, 0)
  })
  test('damaged, it is as good as none', async (t) => {
    const home = await temporaryHome(t, { json: list(correction('a')) })
    await count(home)
    for (const content of ['', 'null', '{"key":1}', '{"key']) {
      await writeFile(path.join(home.cache, 'learning-counts.json'), content)
      assert.equal((await count(home)).waiting, 1)
    }
  })
  test('a home that cannot be written is counted without', { skip: process.getuid?.() === 0 && 'root writes everywhere' }, async (t) => {
    const home = await temporaryHome(t, { json: list(correction('a')) })
    await chmod(home.data, 0o500)
    try {
      assert.equal((await count(home)).waiting, 1)
      assert.deepEqual(await readdir(home.data), ['genesis_learnings.json'])
    } finally {
      await chmod(home.data, 0o700)
    }
  })
})

describe('outcomes', () => {
  const success = (id: string, more: object = {}): object => ({ id, type: 'success', input: 'q', output: 'a', ...more })
  const at = (day: number): object => ({ timestamp: `2026-01-${String(day).padStart(2, '0')}` })

  test('successes against corrections and errors; patterns and simulated ones are none', async (t) => {
    const home = await temporaryHome(t, {
      json: list(
        success('s'),
        correction('c'),
        { id: 'e', type: 'error', input: 'q' },
        { id: 'p', type: 'pattern', input: 'q', output: 'a' },
        success('x', { source: 'simulation' }),
      ),
    })
    assert.deepEqual(await outcomesSince(home, null), { successes: 1, failures: 2 })
  })
  test('only those after the release', async (t) => {
    const home = await temporaryHome(t, {
      json: list(success('1', at(1)), correction('2', at(2)), success('3', at(3)), correction('4', at(4))),
    })
    assert.deepEqual(await outcomesSince(home, '2026-01-02T00:00:00.000Z'), { successes: 1, failures: 1 })
  })
  test('the newest of both files, in whatever order they stand', async (t) => {
    // Of days 1 to 9 the newest four are 6 to 9: the successes 7 and 9, the corrections 6 and 8.
    const entries = [9, 1, 8, 2, 7, 3, 6, 4, 5].map((day) => (day % 2 === 1 ? success(`${day}`, at(day)) : correction(`${day}`, at(day))))
    const home = await temporaryHome(t, { json: list(...entries.slice(0, 5)), jsonl: lines(...entries.slice(5)) })
    assert.deepEqual(await outcomesSince(home, null, 4), { successes: 2, failures: 2 })
  })
  test('without a time they happened when the one before them did', async (t) => {
    const home = await temporaryHome(t, {
      json: list(correction('1', at(1)), success('2'), correction('3', at(3)), success('4'), success('5')),
    })
    assert.deepEqual(await outcomesSince(home, '2026-01-02T00:00:00.000Z'), { successes: 2, failures: 1 })
  })
  test('with no time at all the later ones are the newer, and after a release those without a fate count', async (t) => {
    const home = await temporaryHome(t, { json: list(correction('1'), correction('2'), success('3'), success('4')) })
    assert.deepEqual(await outcomesSince(home, null, 3), { successes: 2, failures: 1 })
    await writeFates(home, 'cycle-1', { id: '1', fate: 'used' }, { id: '3', fate: 'used' })
    assert.deepEqual(await outcomesSince(home, '2026-01-02T00:00:00.000Z'), { successes: 1, failures: 1 })
  })
})

describe('fates', () => {
  test('the newest file counts', async (t) => {
    const home = await temporaryHome(t)
    await writeFates(home, 'cycle-20260101-000000', { id: 'a', fate: 'used' }, { id: 'b', fate: 'held-out' })
    await writeFates(home, 'cycle-20260201-000000', { id: 'a', fate: 'superseded', reason: 'by c' })
    assert.deepEqual(
      [...(await readFates(home)).values()],
      [
        { id: 'a', fate: 'superseded', reason: 'by c' },
        { id: 'b', fate: 'held-out' },
      ],
    )
  })
  test('a damaged line is an error that names it', async (t) => {
    const home = await temporaryHome(t)
    await writeFates(home, 'cycle-1', { id: 'a', fate: 'used' }, { id: 'b', fate: 'lost' })
    await assert.rejects(
      readFates(home),
      (error: unknown) => error instanceof GenesisError && error.code === 'GI-STATE-UNREADABLE' && /line 2/.test(error.why ?? ''),
    )
  })
})
