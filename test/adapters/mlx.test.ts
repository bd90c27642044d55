import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import { convertAdapter } from '../../src/adapters/convert.ts'
import { readLora } from '../../src/gguf/lora.ts'
import { inDirectory, refusal } from '../gguf/fixtures.ts'
import { adapterFixture, writeAdapter } from './made.ts'

const base = adapterFixture('qwen3.gguf')
const config = { fine_tune_type: 'lora', lora_parameters: { rank: 2, scale: 20, dropout: 0 } }
const counting = (rows: number, columns: number) => ({ shape: [rows, columns], values: Float32Array.from({ length: rows * columns }, (_, index) => index + 1) }) // prettier-ignore
const module = 'model.layers.1.mlp.up_proj'
const pair = { [`${module}.lora_a`]: counting(32, 2), [`${module}.lora_b`]: counting(2, 48) }

test("MLX's a (in, rank) and b (rank, out) are both transposed, and alpha is scale x rank", async () => {
  await inDirectory(async (directory) => {
    const output = path.join(directory, 'lora.gguf')
    await convertAdapter({ directory: writeAdapter(directory, 'a', config, 'adapters.safetensors', pair), base, output })
    const lora = await readLora(output)
    const [read] = lora.pairs
    assert.ok(read)
    assert.deepEqual([lora.alpha, read.name, read.rank, read.scale, read.shape], [40, 'blk.1.ffn_up.weight', 2, 20, [32, 48]])
    const { basis, factors } = await read.read()
    await lora.close()
    // a is 1, 2; 3, 4; ...: its first column, the odd numbers, becomes the first row. b's first column is 1 and 49.
    assert.deepEqual([...basis.subarray(0, 3), basis[32]], [1, 3, 5, 2])
    assert.deepEqual([...factors.subarray(0, 4)], [1, 49, 2, 50])
  })
})

test('an embedding keeps a (vocabulary, rank) as it is', async () => {
  await inDirectory(async (directory) => {
    const output = path.join(directory, 'lora.gguf')
    const tensors = { 'model.embed_tokens.lora_a': counting(40, 2), 'model.embed_tokens.lora_b': counting(2, 32) }
    const { notes } = await convertAdapter({
      directory: writeAdapter(directory, 'a', config, 'adapters.safetensors', tensors),
      base,
      output,
    })
    assert.match(notes[0] ?? '', /output/)
    const lora = await readLora(output)
    const [read] = lora.pairs
    assert.deepEqual([read?.name, read?.shape], ['token_embd.weight', [32, 40]])
    // The delta is a b: row 0 is 1 x (1, 2, ...) + 2 x (33, 34, ...).
    const { basis, factors } = (await read?.read()) ?? { basis: [], factors: [] }
    assert.equal((factors[0] ?? 0) * (basis[0] ?? 0) + (factors[1] ?? 0) * (basis[32] ?? 0), 1 * 1 + 2 * 33)
    await lora.close()
  })
})

test('other kinds of training, an ambiguous scale and a configuration without its weights are refused', async () => {
  await inDirectory(async (directory) => {
    const refused = (
      name: string,
      settings: object | string,
      code: 'GI-ADAPTER-UNSUPPORTED' | 'GI-ADAPTER-UNREADABLE' | 'GI-ADAPTER-INVALID',
      reason: RegExp,
      file = 'adapters.safetensors',
    ) =>
      // prettier-ignore
      assert.rejects(
        convertAdapter({ directory: writeAdapter(directory, name, settings, file, pair), base, output: path.join(directory, 'lora.gguf') }),
        refusal(code, reason),
        name,
      )
    await refused('dora', { ...config, fine_tune_type: 'dora' }, 'GI-ADAPTER-UNSUPPORTED', /dora/)
    await refused('alpha', { lora_parameters: { rank: 2, scale: 20, alpha: 16 } }, 'GI-ADAPTER-UNSUPPORTED', /alpha/)
    await refused('rank', { lora_parameters: { rank: 3, scale: 20 } }, 'GI-ADAPTER-INVALID', /rank 2.*says 3/)
    await refused('zero', { lora_parameters: { rank: 2, scale: 0 } }, 'GI-ADAPTER-INVALID', /scale is 0/)
    await refused('none', config, 'GI-ADAPTER-UNREADABLE', /no such file/, '0000100_adapters.safetensors')
    await refused('text', 'not JSON', 'GI-ADAPTER-UNREADABLE', /not JSON/)
    await refused('other', {}, 'GI-ADAPTER-UNREADABLE', /neither/)
  })
})
