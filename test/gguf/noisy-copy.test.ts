import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, test } from 'node:test'
import { randomFrom } from '../../src/gate/simulation/random.ts'
import { openGguf } from '../../src/gguf/gguf-file.ts'
import { writeNoisyCopy } from '../../src/gguf/noisy-copy.ts'
import { dequantise } from '../../src/gguf/quantisation.ts'
import { writeModel } from './models.ts'

const directory = mkdtempSync(path.join(tmpdir(), 'genesis-noise-'))
after(() => rmSync(directory, { recursive: true, force: true }))

async function valuesOf(file: string): Promise<Map<string, Float32Array>> {
  const gguf = await openGguf(file)
  try {
    const values = new Map<string, Float32Array>()
    for (const tensor of gguf.tensors) values.set(tensor.name, dequantise(tensor.type, await gguf.readTensor(tensor)))
    return values
  } finally {
    await gguf.close()
  }
}

const size = (values: Float32Array): number => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length)

describe('a copy with noise in its weights', async () => {
  const wave = (shape: readonly number[], height: number) => {
    const length = shape.reduce((product, one) => product * one, 1)
    return { shape: [...shape], values: Float32Array.from({ length }, (_, index) => height * Math.sin(index)) }
  }
  const source = await writeModel(directory, 'clean', {
    ...{ 'token_embd.weight': wave([64, 48], 1), 'blk.0.attn_norm.weight': wave([64], 1) },
    ...{ 'blk.0.attn_q.weight': wave([64, 96], 0.02), 'blk.0.ffn_up.weight': wave([64, 96], 3) },
  })
  const [first, second, other] = ['first', 'second', 'other'].map((name) => path.join(directory, `${name}.gguf`)) as [
    string,
    string,
    string,
  ]
  const written = await writeNoisyCopy({ source, output: first, random: randomFrom(1) })
  const [before, after] = [await valuesOf(source), await valuesOf(first)]

  test('has noise about as large as the weights in every matrix of a block', () => {
    for (const name of ['blk.0.attn_q.weight', 'blk.0.ffn_up.weight']) {
      const [clean, noisy] = [before.get(name)!, after.get(name)!]
      const ratio = size(noisy.map((value, index) => value - (clean[index] ?? 0))) / size(clean)
      assert.ok(ratio > 0.7 && ratio < 1.4, `${name}: ${ratio}`)
    }
  })

  test('has everything else as it was', () => {
    for (const name of ['token_embd.weight', 'blk.0.attn_norm.weight']) assert.deepEqual(after.get(name), before.get(name))
  })

  test('is the same for the same random numbers, and another for others', async () => {
    assert.equal((await writeNoisyCopy({ source, output: second, random: randomFrom(1) })).digest, written.digest)
    assert.notEqual((await writeNoisyCopy({ source, output: other, random: randomFrom(2) })).digest, written.digest)
  })
})
