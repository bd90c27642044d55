import assert from 'node:assert/strict'
import { chmodSync, openSync, truncateSync, writeFileSync, writeSync, closeSync } from 'node:fs'
import { createServer } from 'node:net'
import path from 'node:path'
import { test } from 'node:test'
import { openGguf } from '../../src/gguf/gguf-file.ts'
import { MetadataValue, stringBytes } from '../../src/gguf/metadata.ts'
import { headerBytes } from '../../src/gguf/writer.ts'
import { fixture, inDirectory, readFixture, refusal } from './fixtures.ts'
import { changed } from './models.ts'

test("metadata, tensors and values of gguf-py's file are read as it wrote them", async () => {
  const gguf = await openGguf(fixture('base.gguf'))
  const value = (key: string) => gguf.metadata.get(`test.${key}`)?.value
  // Written by make_fixtures.py.
  assert.equal(gguf.architecture, 'qwen3')
  assert.equal(gguf.fileType, 1)
  assert.deepEqual(['uint8', 'int8', 'uint16', 'int16', 'int32'].map(value), [200, -100, 60000, -30000, -2000000000])
  assert.deepEqual(['uint64', 'int64', 'float32', 'float64', 'bool'].map(value), [2n ** 63n + 1n, -(2 ** 40), 0.15625, 0.1, true])
  assert.deepEqual(['floats', 'bools'].map(value), [
    [0.5, -0.25],
    [true, false, true],
  ])
  const find = (name: string) => gguf.tensors.find((tensor) => tensor.name === name)
  assert.deepEqual(find('blk.0.experts.weight')?.shape, [32, 3, 2])
  assert.deepEqual(
    [find('blk.0.other.weight')?.type, find('blk.0.other.weight')?.bytes, find('blk.0.attn_v.weight')?.bytes],
    ['Q4_K', 288, (32 * 64 * 34) / 32],
  )
  await gguf.close()
})

test('a part of a tensor is read by itself', async () => {
  const gguf = await openGguf(fixture('aligned-64.gguf'))
  const [one, two] = gguf.tensors
  assert.ok(one && two)
  assert.equal(gguf.alignment, 64)
  assert.equal(two.position % 64, 0)
  // "one" is the float32 0, 1, 2, 3, 4.
  assert.deepEqual([...new Float32Array((await gguf.readTensor(one)).buffer)], [0, 1, 2, 3, 4])
  assert.deepEqual([...new Float32Array((await gguf.readTensor(one, 8, 8)).buffer)], [2, 3])
  await gguf.close()
})

test('version 2 is read like version 3', async () => {
  await inDirectory(async (directory) => {
    const gguf = await openGguf(changed(directory, fixture('base.gguf'), (bytes) => void bytes.writeUInt32LE(2, 4)))
    assert.equal(gguf.version, 2)
    assert.equal(gguf.tensors.length, 11)
    await gguf.close()
  })
})

test('files that are something else are refused in words that say what they are', async () => {
  await inDirectory(async (directory) => {
    const refused = (change: (bytes: Buffer) => Buffer | void, code: 'GI-GGUF-INVALID' | 'GI-GGUF-UNSUPPORTED', reason: RegExp) =>
      assert.rejects(openGguf(changed(directory, fixture('base.gguf'), change)), refusal(code, reason))
    await assert.rejects(openGguf(fixture('big-endian.gguf')), refusal('GI-GGUF-UNSUPPORTED', /big-endian/))
    await refused((bytes) => void bytes.writeUInt32LE(1, 4), 'GI-GGUF-UNSUPPORTED', /version 1/)
    await refused((bytes) => void bytes.writeUInt32LE(4, 4), 'GI-GGUF-UNSUPPORTED', /version 4/)
    await refused((bytes) => void bytes.write('tjgg'), 'GI-GGUF-INVALID', /before GGUF/)
    await refused((bytes) => void bytes.write('PK\x03\x04'), 'GI-GGUF-INVALID', /zip/)
    await refused(() => Buffer.from('\x40\0\0\0\0\0\0\0{"weight":{}}'), 'GI-GGUF-INVALID', /safetensors/)
    await refused(() => Buffer.from('<html>not found</html>'), 'GI-GGUF-INVALID', /does not begin with "GGUF"/)
    await refused(() => Buffer.alloc(0), 'GI-GGUF-INVALID', /0 bytes/)
  })
})

test('a missing file, a directory, a socket and a file that may not be read say so', async () => {
  await inDirectory(async (directory) => {
    const socket = path.join(directory, 'socket')
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(socket, resolve))
    await assert.rejects(openGguf(path.join(directory, 'none.gguf')), refusal('GI-GGUF-UNREADABLE', /no such file/))
    await assert.rejects(openGguf(directory), refusal('GI-GGUF-UNREADABLE', /not a regular file/))
    await assert.rejects(openGguf(socket), refusal('GI-GGUF-UNREADABLE', /not a regular file/))
    server.close()
    const secret = changed(directory, fixture('base.gguf'), () => undefined)
    chmodSync(secret, 0)
    // The superuser may read everything, so there is nothing to see then.
    if (process.getuid?.() !== 0) await assert.rejects(openGguf(secret), refusal('GI-GGUF-UNREADABLE', /may not read/))
  })
})

test('a file that was cut short anywhere is refused, never read as a smaller model', async () => {
  await inDirectory(async (directory) => {
    const whole = readFixture('base.gguf')
    const lastTensorEnd = whole.length - ((32 - (288 % 32)) % 32)
    for (const length of [5, 15, 23, 24, 100, 1000, 2000, 5000, lastTensorEnd - 1]) {
      await assert.rejects(
        openGguf(changed(directory, fixture('base.gguf'), (bytes) => bytes.subarray(0, length))),
        refusal('GI-GGUF-INVALID', /./),
        `${length}`,
      )
    }
  })
})

/** A file whose header is `header` with `data` bytes of zeros behind it. */
function written(directory: string, header: Uint8Array, data = 256): string {
  const file = path.join(directory, 'made.gguf')
  writeFileSync(file, Buffer.concat([header, Buffer.alloc(data)]))
  return file
}

const empty = { version: 3, alignment: 32, metadata: new Map<string, MetadataValue>(), tensors: [] }
const oneTensor = (name: string) => ({ name, shape: [32], type: 'F32' as const })

test('counts and lengths that no file can hold are refused without allocating for them', async () => {
  await inDirectory(async (directory) => {
    const refused = async (header: Uint8Array, reason: RegExp) =>
      assert.rejects(openGguf(written(directory, header)), refusal('GI-GGUF-INVALID', reason))
    const withCount = (at: number, count: bigint) => {
      const header = Buffer.from(headerBytes(empty))
      header.writeBigUInt64LE(count, at)
      return header
    }
    for (const count of [2n ** 63n, 2n ** 64n - 1n, 2n ** 53n, 1_000_000_000n]) {
      await refused(withCount(8, count), /number of tensors|tensors, more/)
      await refused(withCount(16, count), /number of metadata values|metadata values and/)
    }
    const withValue = (value: MetadataValue) => headerBytes({ ...empty, metadata: new Map([['key', value]]) })
    const length = (value: bigint) => Buffer.from(BigUint64Array.of(value).buffer)
    const type = (id: number) => Buffer.from(Uint32Array.of(id).buffer)
    for (const huge of [2n ** 63n, 2n ** 40n, 5000n]) {
      await refused(withValue(new MetadataValue('string', length(huge))), /key/)
      await refused(withValue(new MetadataValue('array', Buffer.concat([type(0), length(huge)]))), /key/)
      await refused(withValue(new MetadataValue('array', Buffer.concat([type(8), length(huge)]))), /key/)
      await refused(withValue(new MetadataValue('array', Buffer.concat([type(9), length(huge)]))), /key/)
    }
    await refused(withValue(new MetadataValue('array', Buffer.concat([type(77), length(1n)]))), /unknown type 77/)
    const nested = Buffer.concat([...Array.from({ length: 9 }, () => [type(9), length(1n)]).flat()])
    await refused(withValue(new MetadataValue('array', nested)), /nested/)
  })
})

test('names that stand there twice, and names that are not UTF-8, are refused', async () => {
  await inDirectory(async (directory) => {
    const twoKeys = headerBytes({ ...empty, metadata: new Map([['key.a', MetadataValue.text('x')], ['key.b', MetadataValue.text('x')]]) }) // prettier-ignore
    const replaced = (header: Uint8Array, from: string, to: Uint8Array) => {
      const bytes = Buffer.from(header)
      bytes.set(to, bytes.indexOf(from))
      return bytes
    }
    const refused = (header: Uint8Array, reason: RegExp) =>
      assert.rejects(openGguf(written(directory, header)), refusal('GI-GGUF-INVALID', reason))
    await refused(replaced(twoKeys, 'key.b', Buffer.from('key.a')), /key\.a stands there twice/)
    await refused(replaced(twoKeys, 'key.b', Uint8Array.of(0xff, 0xfe)), /not UTF-8/)
    const twoTensors = headerBytes({ ...empty, tensors: [oneTensor('one'), oneTensor('two')] })
    await refused(replaced(twoTensors, 'two', Buffer.from('one')), /two tensors one/)
  })
})

test('tensors out of place are refused: misaligned, overlapping, beyond the file, impossible shapes, bad alignment', async () => {
  await inDirectory(async (directory) => {
    const header = Buffer.from(headerBytes({ ...empty, tensors: [oneTensor('one'), oneTensor('two')] }))
    // Behind the name "two": 4 bytes number of dimensions, 8 bytes length, 4 bytes type, 8 bytes offset.
    const changedAt = (at: number, value: bigint, width: 4 | 8) => {
      const bytes = Buffer.from(header)
      const start = bytes.indexOf('two') + 3 + at
      if (width === 4) bytes.writeUInt32LE(Number(value), start)
      else bytes.writeBigUInt64LE(value, start)
      return bytes
    }
    const refused = (bytes: Uint8Array, reason: RegExp) =>
      assert.rejects(openGguf(written(directory, bytes)), refusal('GI-GGUF-INVALID', reason))
    const accepted = await openGguf(written(directory, header))
    await accepted.close()
    await refused(changedAt(16, 129n, 8), /no multiple of the alignment/)
    await refused(changedAt(16, 64n, 8), /overlap/)
    await refused(changedAt(16, 160n, 8), /beyond the end/)
    await refused(changedAt(16, 2n ** 52n, 8), /beyond the end/)
    await refused(changedAt(16, 2n ** 63n, 8), /more than any file/)
    await refused(changedAt(4, 0n, 8), /impossible shape/)
    await refused(changedAt(4, 2n ** 52n, 8), /beyond the end/)
    await refused(changedAt(0, 0n, 4), /0 dimensions/)
    await refused(changedAt(0, 5n, 4), /5 dimensions/)
    const asQ8 = changedAt(12, 8n, 4)
    asQ8.writeBigUInt64LE(33n, asQ8.indexOf('two') + 3 + 4)
    await refused(asQ8, /no multiple of 32/)
    await assert.rejects(openGguf(written(directory, changedAt(12, 36n, 4))), refusal('GI-GGUF-UNSUPPORTED', /type number 36/))
    for (const alignment of [0, 3, 48, 2 ** 31]) {
      await refused(headerBytes({ ...empty, metadata: new Map([['general.alignment', MetadataValue.uint32(alignment)]]) }), /alignment/)
    }
  })
})

test('one part of a split model is refused with the way out', async () => {
  await inDirectory(async (directory) => {
    const count = new MetadataValue('uint16', Uint8Array.of(3, 0))
    const file = written(directory, headerBytes({ ...empty, metadata: new Map([['split.count', count]]) }))
    await assert.rejects(openGguf(file), refusal('GI-GGUF-UNSUPPORTED', /split.*3 parts/i))
  })
})

test('tensors beyond 4 GiB are read at their right place', async () => {
  await inDirectory(async (directory) => {
    const gibibyte = 2 ** 30
    const tensors = [{ name: 'big', shape: [gibibyte, 5], type: 'I8' as const }, { name: 'last', shape: [32], type: 'I8' as const }] // prettier-ignore
    const header = headerBytes({ ...empty, tensors })
    const file = path.join(directory, 'sparse.gguf')
    writeFileSync(file, header)
    truncateSync(file, header.length + 5 * gibibyte + 32)
    const descriptor = openSync(file, 'r+')
    writeSync(
      descriptor,
      Uint8Array.from({ length: 32 }, (_, index) => index),
      0,
      32,
      header.length + 5 * gibibyte,
    )
    writeSync(descriptor, Uint8Array.of(77), 0, 1, header.length + 4 * gibibyte + 5)
    closeSync(descriptor)
    const gguf = await openGguf(file)
    const [big, last] = gguf.tensors
    assert.ok(big && last)
    assert.equal(big.bytes, 5 * gibibyte)
    assert.deepEqual([...(await gguf.readTensor(last))].slice(0, 4), [0, 1, 2, 3])
    assert.deepEqual([...(await gguf.readTensor(big, 4 * gibibyte + 4, 3))], [0, 77, 0])
    await gguf.close()
  })
})

test('a header of many megabytes is read whole: 300,000 tokens', async () => {
  await inDirectory(async (directory) => {
    const tokens = Array.from({ length: 300_000 }, (_, index) => stringBytes(`token-${index}`))
    const raw = Buffer.concat([
      Uint8Array.from(Uint32Array.of(8)),
      Buffer.alloc(3),
      Buffer.from(BigUint64Array.of(300_000n).buffer),
      ...tokens,
    ])
    const file = written(
      directory,
      headerBytes({ ...empty, metadata: new Map([['tokenizer.ggml.tokens', new MetadataValue('array', raw)]]) }),
    )
    const gguf = await openGguf(file)
    const value = gguf.metadata.get('tokenizer.ggml.tokens')?.value
    assert.ok(Array.isArray(value))
    assert.deepEqual([value.length, value[299_999]], [300_000, 'token-299999'])
    await gguf.close()
  })
})
