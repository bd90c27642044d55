import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readGgufSummary } from '../../src/gguf/summary.ts'
import { fixture } from './fixtures.ts'

test('a summary says what the model file says about itself', async () => {
  const summary = await readGgufSummary(fixture('base.gguf'))
  // 2560 + 64 + 6144 + 2048 + 2048 + 6144 + 3200 + 3200 + 4096 + 192 + 512, the shapes of make_fixtures.py multiplied out.
  assert.equal(summary.parameterCount, 30208)
  const { architecture, fileType, contextLength, chatTemplate } = summary
  assert.deepEqual(
    { architecture, fileType, contextLength, chatTemplate },
    { architecture: 'qwen3', fileType: 'F16', contextLength: 512, chatTemplate: '{{ messages }}' },
  )
  const { model, pre, tokens, merges, tokenTypes, bosId, eosId } = summary.tokenizer
  assert.deepEqual([model, pre, bosId, eosId], ['gpt2', 'qwen2', undefined, 0])
  assert.deepEqual(tokens, ['<|endoftext|>', 'a', 'é', 'Ġab', '日本', ''])
  assert.deepEqual(merges, ['a b', 'Ġ ab'])
  assert.deepEqual(tokenTypes, [3, 1, 1, 1, 4, 5])
})

test('what a file does not say is undefined, null or empty', async () => {
  const summary = await readGgufSummary(fixture('aligned-64.gguf'))
  assert.deepEqual([summary.fileType, summary.contextLength, summary.chatTemplate], [undefined, undefined, null])
  assert.deepEqual([summary.tokenizer.model, summary.tokenizer.tokens, summary.tokenizer.tokenTypes], [undefined, [], []])
})
