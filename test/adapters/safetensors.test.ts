import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { GenesisError } from '../../src/errors.ts'
import { openSafetensors } from '../../src/adapters/safetensors.ts'
import { parseSafetensorsHeader } from '../../src/adapters/safetensors-header.ts'
import { inDirectory, refusal } from '../gguf/fixtures.ts'
import { safetensors, withHeader } from './made.ts'

const bytesOf = (value: unknown): Uint8Array => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value))
const entry = (start: number, end: number, shape: number[], dtype = 'F32') => ({ dtype, shape, data_offsets: [start, end] })

test('values are read, float32, float16 and bfloat16', async () => {
  await inDirectory(async (directory) => {
    const file = path.join(directory, 'x.safetensors')
    // 1.5 is 0x3e00 as float16 and 0x3fc0 as bfloat16.
    const data = Buffer.concat([Buffer.from(Float32Array.of(0.1, -2).buffer), Buffer.from([0x00, 0x3e, 0xc0, 0x3f])])
    writeFileSync(
      file,
      withHeader(JSON.stringify({ f: entry(0, 8, [2]), h: entry(8, 10, [1], 'F16'), b: entry(10, 12, [1], 'BF16') }), data),
    )
    const opened = await openSafetensors(file)
    const values = await Promise.all(opened.tensors.map((tensor) => opened.read(tensor)))
    assert.deepEqual(values, [Float32Array.of(0.1, -2), Float32Array.of(1.5), Float32Array.of(1.5)])
    await opened.close()
  })
})

test('headers that contradict themselves or their file are refused', () => {
  const refused = (header: unknown, dataBytes: number, reason: RegExp) =>
    assert.throws(() => parseSafetensorsHeader(bytesOf(header), dataBytes), refusal('GI-SAFETENSORS-INVALID', reason))
  refused('{', 0, /not JSON/)
  refused('[]', 0, /no JSON object/)
  refused({ a: entry(0, 8, [2]), b: entry(4, 12, [2]) }, 12, /overlaps/)
  refused({ a: entry(4, 12, [2]) }, 12, /belong to none/)
  refused({ a: entry(0, 8, [2]) }, 4, /beyond the end/)
  refused({ a: entry(0, 8, [2]) }, 12, /4 bytes at its end/)
  refused({ a: entry(0, 8, [3]) }, 8, /8 bytes instead of 12/)
  refused({ a: entry(8, 0, [2]) }, 8, /-8 bytes/)
  refused({ a: entry(0, 8, [2], 'F31') }, 8, /F31/)
  refused({ a: entry(0, 8, [-2]) }, 8, /no sense/)
  refused({ a: entry(0, 8, [2 ** 40, 2 ** 40]) }, 8, /instead of/)
  refused({ a: 7 }, 8, /no sense/)
})

test('files that are too short, have a huge header or are none are refused', async () => {
  await inDirectory(async (directory) => {
    const refused = async (bytes: Uint8Array, reason: RegExp) => {
      const file = path.join(directory, 'x.safetensors')
      writeFileSync(file, bytes)
      await assert.rejects(openSafetensors(file), refusal('GI-SAFETENSORS-INVALID', reason))
    }
    await refused(Buffer.alloc(5), /only 5 bytes/)
    await refused(Buffer.from(BigUint64Array.of(2n ** 63n).buffer), /beyond the end/)
    await refused(Buffer.concat([Buffer.from(BigUint64Array.of(9n << 20n).buffer), Buffer.alloc(9 << 20)]), /longer than 8 MiB/)
    await assert.rejects(openSafetensors(directory), refusal('GI-ADAPTER-UNREADABLE', /not a regular file/))
  })
})

test('a damaged header is refused or read, and never crashes', () => {
  const whole = safetensors({ a: { shape: [2, 2], values: [1, 2, 3, 4] }, b: { shape: [3], values: [5, 6, 7] } })
  const length = Number(whole.readBigUInt64LE(0))
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(length - 1), fc.nat(255)), { minLength: 1, maxLength: 5 }), fc.nat(40), (changes, dataBytes) => {
      const header = Buffer.from(whole.subarray(8, 8 + length))
      for (const [at, byte] of changes) header[at] = byte
      try {
        const tensors = parseSafetensorsHeader(header, dataBytes)
        assert.equal(
          tensors.reduce((sum, { bytes }) => sum + bytes, 0),
          dataBytes,
        )
      } catch (error) {
        if (!(error instanceof GenesisError) || error.code !== 'GI-SAFETENSORS-INVALID') throw error
      }
    }),
    { numRuns: 3000 },
  )
})
