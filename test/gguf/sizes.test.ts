import assert from 'node:assert/strict'
import { open } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'node:test'
import { parseHeader } from '../../src/gguf/header.ts'
import { openGguf } from '../../src/gguf/gguf-file.ts'
import { mergeLora } from '../../src/gguf/merge.ts'
import { MetadataValue } from '../../src/gguf/metadata.ts'
import { headerBytes, layoutBytes } from '../../src/gguf/writer.ts'
import type { GgufLayout } from '../../src/gguf/writer.ts'
import { inDirectory } from './fixtures.ts'
import { writeModel } from './models.ts'

const layout = (tensors: GgufLayout['tensors']): GgufLayout => ({
  ...{ version: 3, alignment: 32, tensors },
  metadata: new Map([['general.architecture', MetadataValue.text('qwen3')]]),
})
const far = 5 * 2 ** 30

/**
 * A model of more than 5 GiB, nearly all of it a hole that takes no room on the disk: tensor "near" (F32, 32 ones), then, 5 GiB further, "touched"
 * (32 x 2 twos) and "untouched" (32 threes).
 */
async function writeSparse(file: string): Promise<void> {
  const header = Buffer.from(
    headerBytes(
      layout([
        { name: 'near', shape: [32], type: 'F32' },
        { name: 'touched', shape: [32, 2], type: 'F32' },
        { name: 'untouched', shape: [32, 1], type: 'F32' },
      ]),
    ),
  )
  // The offset is the last thing in a description: name, number of dimensions (4 bytes), 8 for each of two, type (4).
  for (const [name, offset] of [
    ['touched', far],
    ['untouched', far + 256],
  ] as const) {
    const length = Buffer.alloc(8)
    length.writeUInt32LE(name.length)
    header.writeBigUInt64LE(BigInt(offset), header.indexOf(Buffer.concat([length, Buffer.from(name)])) + 8 + name.length + 4 + 16 + 4)
  }
  const values = (count: number, value: number) => Buffer.from(new Float32Array(count).fill(value).buffer)
  const handle = await open(file, 'w')
  await handle.write(header)
  await handle.write(values(32, 1), 0, 128, header.length)
  await handle.write(Buffer.concat([values(64, 2), values(32, 3)]), 0, 384, header.length + far)
  await handle.close()
}

test('tensors that lie beyond 4 GiB in a file are read, merged and copied, by this thread and by others', async () => {
  await inDirectory(async (directory) => {
    const base = path.join(directory, 'sparse.gguf')
    await writeSparse(base)
    const pair = {
      'touched.lora_a': { shape: [32, 1], values: new Float32Array(32).fill(1) },
      'touched.lora_b': { shape: [1, 2], values: Float32Array.of(10, 20) },
    }
    const adapter = await writeModel(directory, 'lora', pair, 1, 'qwen3')
    for (const threads of [1, 2]) {
      const output = path.join(directory, 'merged.gguf')
      const { bytes } = await mergeLora({ base, adapter, output, threads })
      assert.ok(bytes < 2000, 'the hole is not copied')
      const merged = await openGguf(output)
      const values = []
      for (const tensor of merged.tensors) values.push(new Float32Array((await merged.readTensor(tensor)).buffer))
      await merged.close()
      const ones = (value: number) => Array<number>(32).fill(value)
      assert.deepEqual(
        values.map((list) => [...list]),
        [ones(1), [...ones(12), ...ones(22)], ones(3)],
      )
    }
  })
})

test('a layout of more than 4 GiB, with a tensor of more than 4 GiB, is written and read with exact offsets', () => {
  const big = layout([
    { name: 'embedding', shape: [8192, 262144], type: 'F32' },
    { name: 'small', shape: [32, 1], type: 'Q8_0' },
    { name: 'experts', shape: [4096, 1536, 128], type: 'Q8_0' },
  ])
  const size = layoutBytes(big)
  // 2^13 x 2^18 x 4 bytes; 34 bytes, padded to 64; 4096 x 1536 x 128 / 32 x 34 bytes.
  const bytes = [2 ** 33, 34, 855638016]
  const header = headerBytes(big)
  const { tensors } = parseHeader(header, size)
  assert.deepEqual(
    tensors.map((tensor) => [tensor.position - header.length, tensor.bytes]),
    [
      [0, bytes[0]],
      [2 ** 33, bytes[1]],
      [2 ** 33 + 64, bytes[2]],
    ],
  )
  assert.equal(size, header.length + 2 ** 33 + 64 + 855638016)
})
