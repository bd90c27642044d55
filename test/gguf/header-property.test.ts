import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { GenesisError } from '../../src/errors.ts'
import { MoreBytesNeeded } from '../../src/gguf/byte-cursor.ts'
import { parseHeader } from '../../src/gguf/header.ts'
import { headerBytes } from '../../src/gguf/writer.ts'
import { readFixture } from './fixtures.ts'

const whole = readFixture('base.gguf')
const headerLength = headerBytes(parseHeader(whole, whole.length)).length
const awkward = [0n, 1n, 255n, 2n ** 31n - 1n, 2n ** 31n, 2n ** 32n - 1n, 2n ** 40n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n]

const mutation = fc.oneof(
  fc.record({ at: fc.nat(headerLength - 1), byte: fc.nat(255) }).map(({ at, byte }) => ({ at, bytes: Uint8Array.of(byte) })),
  fc
    .record({ at: fc.nat(headerLength - 8), value: fc.constantFrom(...awkward) })
    .map(({ at, value }) => ({ at, bytes: new Uint8Array(BigUint64Array.of(value).buffer) })),
)

/** Parses, reads every value, and allows only the refusals that the contract names. */
function parseOrRefuse(bytes: Uint8Array, fileSize: number): void {
  try {
    for (const value of parseHeader(bytes, fileSize).metadata.values()) void value.value
  } catch (error) {
    const isRefusal = error instanceof GenesisError && ['GI-GGUF-INVALID', 'GI-GGUF-UNSUPPORTED'].includes(error.code)
    if (!isRefusal) throw error
  }
}

test('a damaged header is refused or read, and never crashes or takes much memory', () => {
  const before = process.memoryUsage().rss
  fc.assert(
    fc.property(fc.array(mutation, { minLength: 1, maxLength: 6 }), (mutations) => {
      const bytes = Buffer.from(whole)
      for (const { at, bytes: changed } of mutations) bytes.set(changed, at)
      parseOrRefuse(bytes, bytes.length)
    }),
    { numRuns: 3000 },
  )
  assert.ok(process.memoryUsage().rss - before < 200e6)
})

test('arbitrary bytes behind the magic are refused or read', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (tail) => {
      const bytes = Buffer.concat([whole.subarray(0, 8), tail])
      parseOrRefuse(bytes, bytes.length)
    }),
    { numRuns: 3000 },
  )
})

test('the beginning of a good header asks for more, as far as the file goes', () => {
  fc.assert(
    fc.property(fc.nat(headerLength - 32), (length) => {
      assert.throws(
        () => parseHeader(whole.subarray(0, length), whole.length),
        (error) => error instanceof MoreBytesNeeded && error.end > length && error.end <= headerLength,
      )
    }),
  )
})
