import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { openGguf } from '../../src/gguf/gguf-file.ts'
import type { GgufFile } from '../../src/gguf/gguf-file.ts'
import { mergeLora } from '../../src/gguf/merge.ts'
import { dequantise } from '../../src/gguf/quantisation.ts'
import { fixture, inDirectory, readFloats, refusal } from './fixtures.ts'
import { changed, writeModel } from './models.ts'

const base = fixture('base.gguf')
const adapter = fixture('adapter.gguf')
// The adapter's tensors in the base's order, with their sizes; see make_fixtures.py.
const touched = ['token_embd', 'blk.0.attn_q', 'blk.0.attn_k', 'blk.0.attn_v', 'blk.0.ffn_gate', 'blk.0.ffn_up', 'blk.0.ffn_down'].map(
  (name) => `${name}.weight`,
)

async function open<T>(file: string, work: (gguf: GgufFile) => Promise<T>): Promise<T> {
  const gguf = await openGguf(file)
  try {
    return await work(gguf)
  } finally {
    await gguf.close()
  }
}

async function bytesByTensor(file: string): Promise<Map<string, Uint8Array>> {
  return open(file, async (gguf) => {
    const result = new Map<string, Uint8Array>()
    for (const tensor of gguf.tensors) result.set(tensor.name, await gguf.readTensor(tensor))
    return result
  })
}

test("merged weights are NumPy's float32 W + alpha/r B A, within the rounding of the type they are written as", async () => {
  await inDirectory(async (directory) => {
    const output = path.join(directory, 'merged.gguf')
    const { tensors } = await mergeLora({ base, adapter, output })
    assert.equal(tensors, touched.length)
    const expected = readFloats('merged.f32')
    await open(output, async (gguf) => {
      let start = 0
      for (const tensor of gguf.tensors.filter(({ name }) => touched.includes(name))) {
        const values = dequantise(tensor.type, await gguf.readTensor(tensor))
        const wanted = expected.subarray(start, (start += values.length))
        for (const [index, value] of values.entries()) {
          const target = wanted[index] ?? NaN
          const block = wanted.subarray(index - (index % 32), index - (index % 32) + 32)
          const largest = Math.max(...block.map(Math.abs))
          // Half a step of the type: 2^-11 and 2^-8 relative (float16's and bfloat16's significands), 1/254 of the block's largest for Q8_0
          // (and its scale itself is a float16); and the float32 sums may differ in their last bits.
          const step = {
            F32: 0,
            F16: 2 ** -11 * Math.abs(target),
            BF16: 2 ** -8 * Math.abs(target),
            Q8_0: largest / 254 + largest * 2 ** -11,
          }
          const limit = step[tensor.type as 'F32'] + 2e-6
          assert.ok(Math.abs(value - target) <= limit, `${tensor.name} ${index}: ${value} for ${target}`)
        }
      }
      assert.equal(start, expected.length)
    })
  })
})

test('tensors that the adapter does not touch, and all metadata, are copied byte for byte', async () => {
  await inDirectory(async (directory) => {
    const output = path.join(directory, 'merged.gguf')
    await mergeLora({ base, adapter, output })
    const [before, after] = [await bytesByTensor(base), await bytesByTensor(output)]
    assert.deepEqual([...after.keys()], [...before.keys()])
    for (const [name, bytes] of before) {
      if (touched.includes(name)) assert.notDeepEqual(after.get(name), bytes, name)
      else assert.deepEqual(after.get(name), bytes, name)
    }
    const metadata = (file: string) =>
      open(file, async (gguf) => [...gguf.metadata].map(([key, { type, raw }]) => [key, type, Buffer.from(raw).toString('hex')]))
    // Turning the Q4_0 tensor into Q8_0 makes the base mostly Q8_0 (see below), and it names no quantisation version: these two keys change.
    const unchanged = (rows: (string | undefined)[][]) => rows.filter(([key]) => !/file_type|quantization_version/.test(key ?? ''))
    assert.deepEqual(unchanged(await metadata(output)), unchanged(await metadata(base)))
    assert.deepEqual(
      (await metadata(output)).map(([key]) => key),
      [...(await metadata(base)).map(([key]) => key), 'general.quantization_version'],
    )
  })
})

test('types: kept where they can be written, else Q8_0; F16 or Q8_0 by option; rows that Q8_0 cannot hold become F16', async () => {
  await inDirectory(async (directory) => {
    const typesOf = async (touchedType: 'keep' | 'q8_0' | 'f16'): Promise<string> => {
      const output = path.join(directory, touchedType)
      await mergeLora({ base, adapter, output, touchedType })
      return open(output, async ({ tensors, fileType }) => `${tensors.map(({ type }) => type).join(' ')} ${fileType}`)
    }
    // Order: embd norm q k v output gate up down experts other, then general.file_type (1: mostly F16, 7: mostly Q8_0). Elements: embd 2,560, q and
    // output 6,144 each, k and v 2,048, gate and up 3,200, down 4,096, experts 192: with "keep" F16 has 12,096 of them and Q8_0 12,288.
    assert.equal(await typesOf('keep'), 'F16 F32 F16 BF16 Q8_0 Q8_0 F32 F16 Q8_0 F16 Q4_K 7')
    assert.equal(await typesOf('q8_0'), 'Q8_0 F32 Q8_0 Q8_0 Q8_0 Q8_0 Q8_0 F16 Q8_0 F16 Q4_K 7')
    assert.equal(await typesOf('f16'), 'F16 F32 F16 F16 F16 Q8_0 F16 F16 F16 F16 Q4_K 1')
  })
})

test('equal input gives equal bytes whatever the number of threads; the digest and size are those of the file', async () => {
  await inDirectory(async (directory) => {
    const digests = new Set<string>()
    for (const threads of [1, 2, 3]) {
      const output = path.join(directory, `merged-${threads}.gguf`)
      const { digest, bytes } = await mergeLora({ base, adapter, output, threads, touchedType: 'q8_0' })
      const content = readFileSync(output)
      assert.equal(digest, createHash('sha256').update(content).digest('hex'))
      assert.equal(bytes, content.length)
      digests.add(digest)
    }
    assert.equal(digests.size, 1)
  })
})

test('a scale of 2 changes the weights twice as much', async () => {
  await inDirectory(async (directory) => {
    // W = 0 (2 rows of 32), A = ones (rank 1), B = (1, 3), alpha 4: delta = 4 / 1 * (1, 3), so twice that is 8 in row 0 and 24 in row 1.
    const zeros = await writeModel(directory, 'base', { 'w.weight': { shape: [32, 2], values: new Float32Array(64) } })
    const lora = await writeModel(
      directory,
      'lora',
      {
        'w.weight.lora_a': { shape: [32, 1], values: new Float32Array(32).fill(1) },
        'w.weight.lora_b': { shape: [1, 2], values: Float32Array.of(1, 3) },
      },
      4,
    )
    const output = path.join(directory, 'merged.gguf')
    await mergeLora({ base: zeros, adapter: lora, output, scale: 2 })
    const values = dequantise('F32', (await bytesByTensor(output)).get('w.weight') ?? new Uint8Array())
    assert.deepEqual([...values], [...Array<number>(32).fill(8), ...Array<number>(32).fill(24)])
  })
})

for (const architecture of ['qwen2', 'qwen3', 'qwen3moe', 'llama', 'gemma3', 'an-architecture-of-tomorrow']) {
  test(`the tensors' names decide, whatever the architecture: ${architecture}`, async () => {
    await inDirectory(async (directory) => {
      const name = 'blk.0.attn_output.weight'
      const model = await writeModel(
        directory,
        'base',
        { [name]: { shape: [2, 1], values: Float32Array.of(1, 2) } },
        undefined,
        architecture,
      )
      const pair = {
        [`${name}.lora_a`]: { shape: [2, 1], values: Float32Array.of(3, 4) },
        [`${name}.lora_b`]: { shape: [1, 1], values: Float32Array.of(5) },
      }
      const lora = await writeModel(directory, 'lora', pair, 1, architecture)
      const output = path.join(directory, 'merged.gguf')
      await mergeLora({ base: model, adapter: lora, output })
      // (1, 2) + 5 x (3, 4)
      const values = dequantise('F32', (await bytesByTensor(output)).get(name) ?? new Uint8Array())
      assert.deepEqual([...values], [16, 22])
    })
  })
}

test('progress ends at the whole', async () => {
  await inDirectory(async (directory) => {
    const seen: { doneBytes: number; totalBytes: number }[] = []
    await mergeLora({ base, adapter, output: path.join(directory, 'merged.gguf'), report: (progress) => seen.push({ ...progress }) })
    const last = seen.at(-1)
    assert.ok(last && last.doneBytes === last.totalBytes && last.totalBytes > 0)
  })
})

test('an adapter that does not fit the base is an error that names the tensors, and nothing is left behind', async () => {
  await inDirectory(async (directory) => {
    const small = { shape: [32, 1], values: new Float32Array(32).fill(1) }
    const lora = (name: string, rows: number) => ({
      [`${name}.lora_a`]: small,
      [`${name}.lora_b`]: { shape: [1, rows], values: new Float32Array(rows).fill(1) },
    })
    const model = await writeModel(directory, 'model', { 'w.weight': { shape: [32, 2], values: new Float32Array(64) } })
    const unknown = await writeModel(directory, 'unknown', lora('other.weight', 2), 1)
    const misfit = await writeModel(directory, 'misfit', lora('w.weight', 3), 1)
    const foreign = await writeModel(directory, 'foreign', lora('w.weight', 2), 1, 'gemma3')
    const strong = await writeModel(directory, 'strong', lora('w.weight', 2), 3e38)
    const output = path.join(directory, 'merged.gguf')
    const merge = (file: string, scale = 1) => mergeLora({ base: model, adapter: file, output, scale })
    const before = readdirSync(directory)
    await assert.rejects(merge(unknown), refusal('GI-ADAPTER-INVALID', /no tensors other\.weight/))
    await assert.rejects(merge(misfit), refusal('GI-ADAPTER-INVALID', /w\.weight \(base 32 x 2, adapter 32 x 3\)/))
    await assert.rejects(merge(foreign), refusal('GI-ADAPTER-INVALID', /gemma3.*llama/))
    await assert.rejects(merge(strong, 2), refusal('GI-ADAPTER-INVALID', /w\.weight/))
    await assert.rejects(merge(misfit, NaN), refusal('GI-ADAPTER-INVALID', /scale is NaN/))
    await assert.rejects(
      mergeLora({ base: model, adapter: strong, output, scale: 2, threads: 2 }),
      refusal('GI-ADAPTER-INVALID', /w\.weight/),
    )
    assert.deepEqual(readdirSync(directory), before)
  })
})

test('a touched tensor of a type that cannot be computed with is refused by its name and type', async () => {
  await inDirectory(async (directory) => {
    const pair = {
      'blk.0.other.weight.lora_a': { shape: [256, 1], values: new Float32Array(256).fill(1) },
      'blk.0.other.weight.lora_b': { shape: [1, 2], values: Float32Array.of(1, 2) },
    }
    const lora = await writeModel(directory, 'lora', pair, 1, 'qwen3')
    const output = path.join(directory, 'merged.gguf')
    await assert.rejects(
      mergeLora({ base: changed(directory, base, asIq2Xxs), adapter: lora, output }),
      refusal('GI-GGUF-UNSUPPORTED', /blk\.0\.other\.weight is IQ2_XXS/),
    )
  })
})

/** The Q4_K tensor becomes IQ2_XXS, whose blocks are smaller, so that it still lies inside the file. */
function asIq2Xxs(bytes: Buffer): void {
  const name = bytes.indexOf('blk.0.other.weight')
  bytes.writeUInt32LE(16, name + 'blk.0.other.weight'.length + 4 + 2 * 8)
}
