import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileTypeName, rewrittenFileType, truthfulFileType } from '../../src/gguf/file-type.ts'
import type { GgmlType } from '../../src/gguf/ggml-types.ts'

const tensors = (...list: [GgmlType, ...number[]][]) => list.map(([type, ...shape]) => ({ type, shape }))
const [q8, q4km] = [7, 15]

test('a model is called by the type that most elements of its matrices have; norms do not count', () => {
  assert.equal(truthfulFileType(tensors(['F32', 1000], ['F16', 10, 10], ['Q8_0', 32, 4]), undefined), q8)
  assert.equal(fileTypeName(truthfulFileType(tensors(['F16', 10, 20], ['Q8_0', 32, 4]), q8) ?? -1), 'F16')
})

test("the maker's letters (S, M, L) are kept as they can't be told from the tensors", () => {
  assert.deepEqual(
    [14, 15, 7].map((former) => truthfulFileType(tensors(['Q4_K', 256, 3]), former)),
    [14, 15, 15],
  )
})

test('a mixture that its embedding outweighs keeps its name until a tensor of the type in the name changes', () => {
  // As in small Gemmas: Q4_K_M with 512 x 10 of Q8_0, 256 x 8 of Q5_0 and 256 x 4 of Q4_K.
  const before = tensors(['Q8_0', 512, 10], ['Q5_0', 256, 8], ['Q4_K', 256, 4])
  assert.equal(rewrittenFileType(before, before, q4km), q4km)
  assert.equal(rewrittenFileType(before, tensors(['Q8_0', 512, 10], ['Q8_0', 256, 8], ['Q4_K', 256, 4]), q4km), q4km)
  assert.equal(rewrittenFileType(before, tensors(['Q8_0', 512, 10], ['Q5_0', 256, 8], ['Q8_0', 256, 4]), q4km), q8)
})

test('a model named by its main type is renamed when another one becomes the main one', () => {
  const before = tensors(['Q4_K', 256, 4], ['Q4_K', 256, 5])
  assert.equal(rewrittenFileType(before, tensors(['Q8_0', 256, 4], ['Q4_K', 256, 5]), q4km), q4km)
  assert.equal(rewrittenFileType(before, tensors(['Q4_K', 256, 4], ['Q8_0', 256, 5]), q4km), q8)
})

test('a number that is not known stays while the main type stays, and one that is missing is set', () => {
  const [before, after] = [tensors(['Q4_K', 256, 4]), tensors(['Q8_0', 256, 4])]
  assert.equal(rewrittenFileType(before, before, 1024), 1024)
  assert.equal(rewrittenFileType(before, after, 1024), q8)
  assert.equal(rewrittenFileType(before, after, undefined), q8)
})
