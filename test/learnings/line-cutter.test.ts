import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { LineCutter } from '../../src/learnings/line-cutter.ts'
import type { RawEntry } from '../../src/learnings/raw-entry.ts'

function cut(bytes: Buffer, chunkSize: number): RawEntry[] {
  const cutter = new LineCutter()
  const entries: RawEntry[] = []
  const chunk = Buffer.alloc(chunkSize)
  for (let from = 0; from < bytes.length; from += chunkSize) {
    const copied = bytes.copy(chunk, 0, from, from + chunkSize)
    entries.push(...cutter.push(chunk.subarray(0, copied)))
  }
  return [...entries, ...cutter.finish()]
}

const told = (text: string, chunkSize = 5) =>
  cut(Buffer.from(text), chunkSize).map(({ position, value, broken }) => [position, broken ?? value])

test('a broken line is named by its number and the rest is read', () => {
  assert.deepEqual(told('{"a":1}\n{"a":\n{"a":3}\n'), [
    [1, { a: 1 }],
    [2, 'not-valid-json'],
    [3, { a: 3 }],
  ])
})
test('Windows line ends, blank lines, and a last line without an end', () => {
  assert.deepEqual(told('1\r\n\r\n \n2'), [
    [1, 1],
    [4, 2],
  ])
})
test('a byte order mark between joined files', () =>
  assert.deepEqual(told('1\n\ufeff2\n'), [
    [1, 1],
    [2, 2],
  ]))
test('a line says where it stands, its end included', () => {
  assert.deepEqual(cut(Buffer.from('"ä"\n2\n'), 3)[1], { position: 2, value: 2, start: 5, end: 7 })
})
test('a line of more than 16 MB is passed over', () => {
  assert.deepEqual(told(`1\n"${'x'.repeat(17 << 20)}"\n2\n`, 1 << 18), [
    [1, 1],
    [2, 'too-long'],
    [3, 2],
  ])
})
test('any values, one a line, in chunks of any size', () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue()), fc.integer({ min: 1, max: 30 }), fc.constantFrom('\n', '\r\n'), (values, chunkSize, lineEnd) => {
      const lines = values.map((value) => JSON.stringify(value))
      assert.deepEqual(
        cut(Buffer.from(lines.join(lineEnd)), chunkSize).map(({ value }) => JSON.stringify(value)),
        lines,
      )
    }),
  )
})
test('any bytes never throw', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 200 }),
      fc.integer({ min: 1, max: 30 }),
      (bytes, chunkSize) => void cut(Buffer.from(bytes), chunkSize),
    ),
  )
})
