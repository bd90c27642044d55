import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { BrokenJson, ListScanner } from '../../src/learnings/list-scanner.ts'
import type { RawEntry } from '../../src/learnings/raw-entry.ts'

function scan(bytes: Buffer, chunkSize: number): { entries: RawEntry[]; end: string } {
  const scanner = new ListScanner()
  const entries: RawEntry[] = []
  const chunk = Buffer.alloc(chunkSize)
  for (let from = 0; from < bytes.length; from += chunkSize) {
    // One buffer for all chunks, as the file reader does it.
    const copied = bytes.copy(chunk, 0, from, from + chunkSize)
    entries.push(...scanner.push(chunk.subarray(0, copied)))
  }
  return { entries, end: scanner.finish() }
}

const valuesOf = (text: string, chunkSize = 1 << 16) => scan(Buffer.from(text), chunkSize).entries.map(({ value }) => value)
const endOf = (text: string) => scan(Buffer.from(text), 7).end

describe('documents', () => {
  test('the list under "learnings", or a bare list, whatever else stands there', () => {
    assert.deepEqual(valuesOf('{"learnings":[1,{"a":[2]}]}'), [1, { a: [2] }])
    assert.deepEqual(valuesOf(' [ "a" , null ] \r\n'), ['a', null])
    assert.deepEqual(valuesOf('{"version":{"learnings":[9]},"x":"]}","learnings" : [ 1 ] , "more":[1,2]}'), [1])
    assert.deepEqual(valuesOf('{"learn\\u0069ngs":[1]}'), [1])
  })
  test('nothing, blanks, null, {} and an empty list hold none', () => {
    for (const text of ['', ' \n', 'null', ' null\n', '{}', '{"learnings":null}']) assert.equal(endOf(text), 'empty', text)
    for (const text of ['[]', '{"learnings":[]}', '{"learnings":[ ]}']) assert.equal(endOf(text), 'list', text)
  })
  test('something without a list of learnings says so', () => {
    for (const text of ['7', '"text"', 'true', '{"entries":[1]}', '{"learnings":{"a":1}}']) assert.equal(endOf(text), 'no-list', text)
  })
  test('entries say where they stand', () => {
    const [, second] = scan(Buffer.from('[10, {"ä":1}]'), 3).entries
    assert.deepEqual(second, { position: 2, start: 5, end: 13, value: { ä: 1 } })
  })
})

test('cut anywhere, a document is broken and is not read as a shorter one', () => {
  const bytes = Buffer.from('{"version":"1","learnings":[{"id":"a","input":"q\\"}]","n":[1,2]},{"id":"b"}],"end":true}')
  for (let length = 1; length < bytes.length; length += 1) {
    assert.throws(() => scan(bytes.subarray(0, length), 5), BrokenJson, bytes.toString('utf8', 0, length))
  }
  assert.equal(scan(bytes, 5).entries.length, 2)
})

for (const text of [
  '[1,]',
  '[,1]',
  '[1 2]',
  '[1]]',
  '[1]{}',
  '{"a" 1}',
  '{a:1}',
  '{"a":1,}',
  '{"learnings":[{"a":}]}',
  '[tru]',
  'nul',
  '{"learnings":[1}',
  '[01]',
  '\u0000',
  '[1]\n[2]',
]) {
  test(`${JSON.stringify(text)} is broken`, () => assert.throws(() => scan(Buffer.from(text), 64), BrokenJson))
}

test('an entry of more than 16 MB is passed over and the rest is read', () => {
  const bytes = Buffer.from(`[1,"${'x'.repeat(17 << 20)}",2]`)
  const entries = scan(bytes, 1 << 18).entries
  assert.deepEqual(
    entries.map(({ broken, value }) => broken ?? value),
    [1, 'too-long', 2],
  )
})

test('any list, any white space, cut into chunks of any size, is what JSON.parse makes of it', () => {
  fc.assert(
    fc.property(
      fc.array(fc.jsonValue()),
      fc.constantFrom(undefined, 1, '\t'),
      fc.integer({ min: 1, max: 40 }),
      fc.boolean(),
      (list, space, chunkSize, isBare) => {
        const text = JSON.stringify(isBare ? list : { before: list, learnings: list, after: [list] }, null, space)
        assert.deepEqual(valuesOf(text, chunkSize), JSON.parse(JSON.stringify(list)))
      },
    ),
    { numRuns: 500 },
  )
})

test('any bytes are read or broken, and nothing else', () => {
  const piece = fc.oneof(
    fc.constantFrom('{', '}', '[', ']', '"', ',', ':', '\\', 'null', '1', ' ', '"learnings"', '{"learnings":['),
    fc.string({ maxLength: 3 }),
  )
  fc.assert(
    fc.property(
      fc.array(piece).map((pieces) => pieces.join('')),
      fc.integer({ min: 1, max: 9 }),
      (text, chunkSize) => {
        let isJson = true
        try {
          JSON.parse(text)
        } catch {
          isJson = text.trim() === ''
        }
        try {
          scan(Buffer.from(text), chunkSize)
        } catch (error) {
          assert.ok(error instanceof BrokenJson)
          assert.ok(!isJson, `valid JSON was refused: ${text}`)
        }
      },
    ),
    { numRuns: 2000 },
  )
})
