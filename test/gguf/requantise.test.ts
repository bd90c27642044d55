import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { isTrainableType } from '../../src/engine/base-support.ts'
import { openGguf } from '../../src/gguf/gguf-file.ts'
import { requantiseGguf, requantisedBytes } from '../../src/gguf/requantise.ts'
import { readGgufSummary } from '../../src/gguf/summary.ts'
import { fixture, inDirectory, readFixture, refusal } from './fixtures.ts'
import { changed } from './models.ts'

// mixture.gguf: Q2_K to Q6_K, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, BF16 (one with rows of 50, one a norm), F32 and a tensor of three dimensions.
const source = fixture('mixture.gguf')

test('the copy is byte for byte what gguf-py makes: Q8_0, F16 where rows are no multiple of 32, F32 for norms; trainable types copied', async () => {
  await inDirectory(async (directory) => {
    const output = path.join(directory, 'q8.gguf')
    const { digest, bytes } = await requantiseGguf({ source, output, type: 'Q8_0' })
    const [made, expected] = [readFileSync(output), readFixture('mixture-q8_0.gguf')]
    assert.deepEqual(made, expected)
    assert.equal(digest, createHash('sha256').update(expected).digest('hex'))
    assert.equal(bytes, expected.length)
  })
})

test('the embedded engine cannot train on the source and can on the copy', async () => {
  await inDirectory(async (directory) => {
    const output = path.join(directory, 'q8.gguf')
    await requantiseGguf({ source, output, type: 'Q8_0' })
    const types = [(await readGgufSummary(source)).fileType, (await readGgufSummary(output)).fileType]
    assert.deepEqual(
      [types, types.map(isTrainableType)],
      [
        ['Q4_K_M', 'Q8_0'],
        [false, true],
      ],
    )
  })
})

test('how many bytes it takes is known before', async () => {
  await inDirectory(async (directory) => {
    const output = path.join(directory, 'q8.gguf')
    const gguf = await openGguf(source)
    await gguf.close()
    const { bytes } = await requantiseGguf({ source, output, type: 'Q8_0' })
    assert.equal(requantisedBytes(gguf), bytes)
    assert.equal(statSync(output).size, bytes)
  })
})

test('equal input gives equal bytes whatever the number of threads, and progress ends at the whole', async () => {
  await inDirectory(async (directory) => {
    const digests = new Set<string>()
    for (const threads of [1, 2, 3]) {
      const seen: { doneBytes: number; totalBytes: number }[] = []
      const report = (progress: { doneBytes: number; totalBytes: number }) => void seen.push({ ...progress })
      digests.add((await requantiseGguf({ source, output: path.join(directory, `q8-${threads}`), type: 'Q8_0', threads, report })).digest)
      assert.ok(seen.at(-1)?.doneBytes === seen.at(-1)?.totalBytes)
    }
    assert.equal(digests.size, 1)
  })
})

test('a type that cannot be computed with is refused with a way out, before anything is written', async () => {
  await inDirectory(async (directory) => {
    const asIq2Xxs = (bytes: Buffer): void => {
      const name = 'blk.1.attn_q.weight'
      bytes.writeUInt32LE(16, bytes.indexOf(name) + name.length + 4 + 2 * 8)
    }
    const file = changed(directory, source, asIq2Xxs)
    const before = readdirSync(directory)
    await assert.rejects(requantiseGguf({ source: file, output: path.join(directory, 'q8.gguf'), type: 'Q8_0' }), (error: Error) => {
      assert.ok(refusal('GI-GGUF-UNSUPPORTED', /blk\.1\.attn_q\.weight is IQ2_XXS/)(error))
      assert.match('remedy' in error ? String(error.remedy) : '', /llama-quantize --allow-requantize/)
      return true
    })
    assert.deepEqual(readdirSync(directory), before)
  })
})

test('a damaged source, whose values are no finite numbers, is refused with the tensor named', async () => {
  await inDirectory(async (directory) => {
    const gguf = await openGguf(source)
    await gguf.close()
    const tensor = gguf.tensors.find(({ name }) => name === 'blk.1.attn_q.weight')
    // The float16 scale of its first block becomes infinity.
    const file = changed(directory, source, (bytes) => void bytes.writeUInt16LE(0x7c00, tensor?.position ?? 0))
    const before = readdirSync(directory)
    await assert.rejects(
      requantiseGguf({ source: file, output: path.join(directory, 'q8.gguf'), type: 'Q8_0' }),
      refusal('GI-GGUF-INVALID', /blk\.1\.attn_q\.weight \(Q4_K\)/),
    )
    assert.deepEqual(readdirSync(directory), before)
  })
})

test('when it is interrupted nothing is left behind', async () => {
  await inDirectory(async (directory) => {
    const output = path.join(directory, 'q8.gguf')
    await assert.rejects(requantiseGguf({ source, output, type: 'Q8_0', signal: AbortSignal.abort() }), refusal('GI-INTERRUPTED', /./))
    assert.deepEqual(readdirSync(directory), [])
  })
})
