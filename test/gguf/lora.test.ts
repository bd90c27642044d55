import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readLora } from '../../src/gguf/lora.ts'
import { fixture, inDirectory, refusal } from './fixtures.ts'
import { writeModel } from './models.ts'
import type { TestTensors } from './models.ts'

const matrix = (columns: number, rows: number, value = 1) => ({
  shape: [columns, rows],
  values: new Float32Array(columns * rows).fill(value),
})

/** Reads an adapter with these tensors and alpha 2, and hands its pairs to `check`. */
async function read(tensors: TestTensors, alpha: number | undefined = 2) {
  return inDirectory(async (directory) => {
    const lora = await readLora(await writeModel(directory, 'lora', tensors, alpha))
    await lora.close()
    return lora
  })
}

test('pairs come with the rank and scale of each, and the shape of the delta', async () => {
  const lora = await readLora(fixture('adapter.gguf'))
  assert.deepEqual([lora.architecture, lora.alpha], ['qwen3', 6])
  // make_fixtures.py: alpha 6; ranks 3, 4, 4, 8, 2, 5, 4; shapes are (rows, columns) there and columns, rows here.
  assert.deepEqual(
    lora.pairs.map(({ name, rank, scale, shape }) => [name.replace(/^blk\.0\.|\.weight$/g, ''), rank, scale, ...shape]),
    [
      ['token_embd', 3, 2, 64, 40],
      ['attn_q', 4, 1.5, 64, 96],
      ['attn_k', 4, 1.5, 64, 32],
      ['attn_v', 8, 0.75, 64, 32],
      ['ffn_gate', 2, 3, 64, 50],
      ['ffn_up', 5, 1.2, 50, 64],
      ['ffn_down', 4, 1.5, 64, 64],
    ],
  )
  await lora.close()
})

test('the scale is alpha / rank, and 1 when alpha is 0', async () => {
  const tensors = { 'w.lora_a': matrix(8, 4), 'w.lora_b': matrix(4, 6) }
  assert.equal((await read(tensors, 6)).pairs[0]?.scale, 1.5)
  assert.equal((await read(tensors, 0)).pairs[0]?.scale, 1)
})

test('the two halves of the token embedding change places: A is (rank, vocabulary) in ne, B (rank, columns)', async () => {
  await inDirectory(async (directory) => {
    // Vocabulary 3, 2 columns, rank 1: A = (1, 2, 3), B = (5, 7).
    const tensors = {
      'token_embd.weight.lora_a': { shape: [1, 3], values: Float32Array.of(1, 2, 3) },
      'token_embd.weight.lora_b': { shape: [1, 2], values: Float32Array.of(5, 7) },
    }
    const lora = await readLora(await writeModel(directory, 'lora', tensors, 1))
    const [pair] = lora.pairs
    assert.deepEqual(pair?.shape, [2, 3])
    assert.deepEqual(await pair?.read(), { basis: Float32Array.of(5, 7), factors: Float32Array.of(1, 2, 3) })
    await lora.close()
  })
})

test('an adapter is refused, with the tensor named, when its halves do not fit together', async () => {
  const refused = (tensors: TestTensors, reason: RegExp) => assert.rejects(read(tensors), refusal('GI-ADAPTER-INVALID', reason))
  await refused({ 'w.lora_a': matrix(8, 4) }, /w has no lora_b/)
  await refused({ 'w.lora_b': matrix(8, 4) }, /w has no lora_a/)
  await refused({ 'w.lora_a': matrix(8, 4), 'w.lora_b': matrix(3, 6) }, /w: the ranks.*8 x 4.*3 x 6/)
  await refused({ 'w.lora_a': matrix(8, 4), 'w.lora_b': matrix(4, 6), 'norm.weight': matrix(8, 1) }, /neither.*norm\.weight/)
  await refused({ 'w.lora_a': { shape: [8], values: new Float32Array(8) }, 'w.lora_b': matrix(1, 6) }, /only pairs of matrices/)
  await refused({}, /no tensors/)
})

test('an adapter is refused when a number in it is not finite, or when it changes nothing', async () => {
  const refused = (tensors: TestTensors, reason: RegExp) => assert.rejects(read(tensors), refusal('GI-ADAPTER-INVALID', reason))
  await refused({ 'w.lora_a': matrix(8, 4, NaN), 'w.lora_b': matrix(4, 6) }, /w: .*diverged/)
  await refused({ 'w.lora_a': matrix(8, 4), 'w.lora_b': matrix(4, 6, -Infinity) }, /w: .*diverged/)
  await refused(
    { 'v.lora_a': matrix(8, 4), 'v.lora_b': matrix(4, 6, 0), 'w.lora_a': matrix(8, 4), 'w.lora_b': matrix(4, 6, 0) },
    /every lora_b.*zero/,
  )
  await assert.rejects(read({ 'w.lora_a': matrix(8, 4), 'w.lora_b': matrix(4, 6) }, NaN), refusal('GI-ADAPTER-INVALID', /alpha is NaN/))
  // One pair that learned nothing is no reason to refuse the others.
  assert.equal(
    (await read({ 'v.lora_a': matrix(8, 4), 'v.lora_b': matrix(4, 6, 0), 'w.lora_a': matrix(8, 4), 'w.lora_b': matrix(4, 6) })).pairs
      .length,
    2,
  )
})

test('a model is no adapter', async () => {
  await assert.rejects(readLora(fixture('base.gguf')), refusal('GI-ADAPTER-INVALID', /no LoRA adapter/))
})
