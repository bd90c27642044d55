import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { openGguf } from '../../src/gguf/gguf-file.ts'
import { writeGguf } from '../../src/gguf/writer.ts'
import { fixture, inDirectory, refusal } from './fixtures.ts'
import { writeModel } from './models.ts'

const demoBase = fileURLToPath(new URL('../../data/demo/base-f16.gguf', import.meta.url))

for (const file of [fixture('base.gguf'), fixture('adapter.gguf'), fixture('aligned-64.gguf'), demoBase]) {
  test(`reading and writing ${path.basename(file)} again gives gguf-py's file, byte for byte`, async () => {
    await inDirectory(async (directory) => {
      const copy = path.join(directory, 'copy.gguf')
      const gguf = await openGguf(file)
      const data = async function* () {
        for (const tensor of gguf.tensors) yield await gguf.readTensor(tensor)
      }
      const { digest, bytes } = await writeGguf(copy, gguf, data())
      await gguf.close()
      const original = readFileSync(file)
      assert.ok(original.equals(readFileSync(copy)))
      assert.deepEqual([digest, bytes], [createHash('sha256').update(original).digest('hex'), original.length])
    })
  })
}

test('data that do not fit the layout are an error and leave no file', async () => {
  await inDirectory(async (directory) => {
    const layout = { version: 3, alignment: 32, metadata: new Map(), tensors: [{ name: 'one', shape: [4], type: 'F32' as const }] }
    const write = (...lengths: number[]) =>
      writeGguf(
        path.join(directory, 'new.gguf'),
        layout,
        (async function* () {
          for (const length of lengths) yield new Uint8Array(length)
        })(),
      )
    await assert.rejects(write(8), /fewer data/)
    await assert.rejects(write(8, 12), /do not fit/)
    await assert.rejects(write(16, 1), /do not fit/)
    assert.deepEqual(readdirSync(directory), [])
    assert.equal((await write(8, 8)).bytes, readFileSync(path.join(directory, 'new.gguf')).length)
  })
})

test('a full disk is an error of its own, and leaves no file', async () => {
  await inDirectory(async (directory) => {
    const full = new Error('no space left on device')
    Object.assign(full, { code: 'ENOSPC' })
    const layout = { version: 3, alignment: 32, metadata: new Map(), tensors: [{ name: 'one', shape: [4], type: 'F32' as const }] }
    const data = async function* () {
      yield new Uint8Array(8)
      throw full
    }
    await assert.rejects(writeGguf(path.join(directory, 'new.gguf'), layout, data()), refusal('GI-DISK-FULL', /no space left/))
    assert.deepEqual(readdirSync(directory), [])
  })
})

test('writing over an existing file replaces it whole, also when it is the file being read', async () => {
  await inDirectory(async (directory) => {
    const file = await writeModel(directory, 'model', { one: { shape: [4], values: Float32Array.of(1, 2, 3, 4) } })
    const gguf = await openGguf(file)
    const data = async function* () {
      for (const tensor of gguf.tensors) yield (await gguf.readTensor(tensor)).map(() => 0)
    }
    await writeGguf(file, gguf, data())
    await gguf.close()
    const again = await openGguf(file)
    const [one] = again.tensors
    assert.ok(one)
    assert.deepEqual([...(await again.readTensor(one))], Array<number>(16).fill(0))
    await again.close()
    assert.deepEqual(readdirSync(directory), ['model.gguf'])
  })
})
