import assert from 'node:assert/strict'
import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import { readDecisions, readPinned } from '../../src/cycle/held-out-files.ts'
import { readPinnedSet, removeFromPinnedSet } from '../../src/cycle/pinned-set.ts'
import { readStatus } from '../../src/cycle/status.ts'
import { GenesisError } from '../../src/errors.ts'
import { hourMs, newPlace, readyPlace, textOf } from './workplace.ts'

const item = (id: string): string =>
  JSON.stringify({
    id,
    input: `question ${id}`,
    expected: 'answer',
    origin: 'learning',
    release: 'genesis-base',
    cycle: 'cycle-20260301-120000',
  })
const decision = (digest: string): string =>
  JSON.stringify({ digest, decision: 'pinned', release: 'genesis-base', cycle: 'cycle-20260301-120000' })

function fileWith(...lines: (string | Buffer)[]): string {
  const file = path.join(newPlace(), 'file.jsonl')
  writeFileSync(file, Buffer.concat(lines.map((line) => Buffer.concat([Buffer.from(line), Buffer.from('\n')]))))
  return file
}

const damaged =
  (file: string, ...parts: RegExp[]) =>
  (error: unknown): boolean => {
    assert.ok(error instanceof GenesisError)
    assert.deepEqual([error.code, error.exitCode, error.what], ['GI-HELD-OUT-DAMAGED', 10, `${file} is damaged.`])
    for (const part of parts) assert.match(error.why ?? '', part)
    return true
  }

describe('the file of pinned items', () => {
  test('gives its items in order; a missing or empty one has none', async () => {
    assert.deepEqual(
      (await readPinned(fileWith(item('a'), '', item('b')))).map(({ id }) => id),
      ['a', 'b'],
    )
    assert.deepEqual(await readPinned(fileWith()), [])
    assert.deepEqual(await readPinned(path.join(newPlace(), 'none.jsonl')), [])
  })

  for (const [what, line, why] of [
    ['a line cut short', item('b').slice(0, 40), /^line 2: it is not JSON$/],
    ['a line of another shape', '{"id":"b","origin":"nowhere"}', /^line 2: .*origin/],
    ['a line that is no object', '7', /^line 2: .*expected object/],
    ['an id twice', item('a'), /^line 2: it has the id of line 1$/],
    ['bytes that are no UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), /^line 2: it is not UTF-8 text$/],
  ] as const)
    test(`is damaged by ${what}, and the line is named`, async () => {
      const file = fileWith(item('a'), line, item('c'))
      await assert.rejects(readPinned(file), damaged(file, why))
    })

  test('names the first five lines of many, and how many more', async () => {
    const file = fileWith(...Array.from({ length: 8 }, () => 'x'))
    await assert.rejects(readPinned(file), damaged(file, /line 1: .*line 5: .*; and 3 more$/))
  })

  test('that is a directory is damaged too', async () => {
    const file = path.join(newPlace(), 'directory')
    mkdirSync(file)
    await assert.rejects(readPinned(file), damaged(file, /EISDIR/))
  })
})

describe('the file of decisions', () => {
  test('passes over what a crash cut short, wherever it stands: it never took effect', async () => {
    const file = fileWith(decision('a'), decision('b').slice(0, 30), decision('c'))
    appendFileSync(file, decision('d').slice(0, 5))
    assert.deepEqual(
      (await readDecisions(file)).map(({ digest }) => digest),
      ['a', 'c'],
    )
  })

  for (const [what, line, why] of [
    ['a line of another shape', '{"digest":"b","decision":"maybe"}', /^line 2: decision: /],
    ['a line that is no JSON and no beginning of it', 'rubbish', /^line 2: it is not JSON$/],
    ['bytes that are no UTF-8', Buffer.from([0xff]), /^line 2: it is not UTF-8 text$/],
  ] as const)
    test(`is damaged by ${what}`, async () => {
      const file = fileWith(decision('a'), line)
      await assert.rejects(readDecisions(file), damaged(file, why))
    })
})

describe('a home whose held-out items are damaged', () => {
  for (const name of ['pinned', 'simulatedPinned', 'holdoutDecisions'] as const)
    test(`in ${name}: no cycle is opened, status says why, nothing is lost, and it goes on once the line is gone`, async () => {
      const place = readyPlace()
      await place.runToEnd()
      place.nowMs += hourMs
      place.learn(100, 'other')
      const file = place.home[name]
      const before = textOf(file)
      appendFileSync(file, 'rubbish\n')
      const line = before.split('\n').length
      const blocker = (await readStatus(place.workshop, place.config)).blockers[0]
      assert.equal(blocker?.code, 'GI-HELD-OUT-DAMAGED')
      assert.ok(blocker.what.includes(`${file} is damaged. line ${line}: `), blocker.what)
      assert.match(blocker.remedy, /backup.*remove the lines/)
      await assert.rejects(place.check(), { code: 'GI-HELD-OUT-DAMAGED' })
      assert.deepEqual([place.cycles().length, readFileSync(file, 'utf8')], [1, `${before}rubbish\n`])
      writeFileSync(file, before)
      assert.deepEqual((await readStatus(place.workshop, place.config)).blockers, [])
      assert.equal((await place.check()).action, 'opened')
    })

  for (const [what, change, why] of [
    ['is missing', (items: string[]) => items.slice(1), /^the item \S+ is missing$/],
    [
      'was edited',
      ([first = '', ...rest]: string[]) => [first.replace('"expected":"', '"expected":"not '), ...rest],
      /^the item \S+ was edited$/,
    ],
    ['was added', (items: string[]) => [...items, item('added')], /^the item added was added by another hand$/],
  ] as const)
    test(`in an item that ${what}: it is named, nothing is judged, and the file as it was is accepted again`, async () => {
      const place = readyPlace()
      await place.runToEnd()
      const before = textOf(place.home.pinned)
      writeFileSync(place.home.pinned, `${change(before.trimEnd().split('\n')).join('\n')}\n`)
      place.nowMs += hourMs
      place.learn(100, 'other')
      await assert.rejects(readPinnedSet(place.home), (error: unknown) => {
        assert.ok(error instanceof GenesisError)
        assert.deepEqual([error.code, error.exitCode], ['GI-HELD-OUT-DAMAGED', 10])
        assert.match(error.why ?? '', why)
        return true
      })
      assert.equal((await readStatus(place.workshop, place.config)).blockers[0]?.code, 'GI-HELD-OUT-DAMAGED')
      await assert.rejects(place.check(), { code: 'GI-HELD-OUT-DAMAGED' })
      writeFileSync(place.home.pinned, before)
      assert.equal((await place.check()).action, 'opened')
    })

  test('in a file that is gone: status says so', async () => {
    const place = readyPlace()
    await place.runToEnd()
    rmSync(place.home.pinned)
    assert.equal((await readStatus(place.workshop, place.config)).blockers[0]?.code, 'GI-HELD-OUT-DAMAGED')
  })

  test('in a home of an earlier version, which sealed nothing: it goes on, and seals with the next cycle', async () => {
    const place = readyPlace()
    await place.runToEnd()
    rmSync(place.home.pinnedSet)
    assert.equal((await readPinnedSet(place.home)).version, 0)
    place.nowMs += hourMs
    place.learn(100, 'other')
    await place.runUntilNext('train')
    assert.equal((await readPinnedSet(place.home)).version, 1)
  })

  test('a crash between seal and file leaves either set whole', async () => {
    const place = readyPlace()
    await place.runToEnd()
    const { items } = await readPinnedSet(place.home)
    const seal = JSON.parse(textOf(place.home.pinnedSet)) as { items: Record<string, string> }
    const [first = '', ...rest] = Object.entries(seal.items)
    assert.equal(first[0], items[0]?.id)
    // The next set is without the first item: it was announced, and written or not.
    writeFileSync(place.home.pinnedSet, JSON.stringify({ ...seal, pending: Object.fromEntries(rest) }))
    assert.equal((await readPinnedSet(place.home)).items.length, items.length)
    writeFileSync(place.home.pinned, textOf(place.home.pinned).split('\n').slice(1).join('\n'))
    assert.equal((await readPinnedSet(place.home)).items.length, items.length - 1)
    // Taking another item out starts from what is there.
    const second = items[1]?.id
    await removeFromPinnedSet(place.home, ({ id }) => id === second)
    const left = await readPinnedSet(place.home)
    assert.deepEqual(
      left.items.map(({ id }) => id),
      items.slice(2).map(({ id }) => id),
    )
  })

  test('while a cycle is open: it fails with that reason, and the learnings wait as before', async () => {
    const place = readyPlace()
    await place.runUntilNext('prepare')
    writeFileSync(place.home.pinned, 'rubbish\n')
    const { outcome, error } = await place.check()
    assert.deepEqual([outcome, error?.code], ['FAILED', 'GI-STEP-FAILED'])
    const { last_cycle: last, learnings_since_training: waiting } = await place.state()
    assert.match(last?.reasons[0] ?? '', /^prepare: .*pinned\.jsonl is damaged\. \(line 1: it is not JSON\)$/)
    assert.equal(waiting, 100)
  })
})
