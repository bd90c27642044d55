import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, test } from 'node:test'
import * as library from '@huggingface/tokenizers'
import { trainingFormat } from '../../src/engine/chat-template.ts'
import { tokenCounterFor } from '../../src/engine/token-counter.ts'
import { readGgufSummary } from '../../src/gguf/summary.ts'
import { packageRoot } from '../../src/system/package-root.ts'

const demo = path.join(packageRoot(), 'data/demo')
const { tokenizer, chatTemplate } = await readGgufSummary(path.join(demo, 'base-f16.gguf'))

describe('counting tokens', () => {
  test('byte-level BPE is counted as by the tokenizer.json that the model was trained with', async () => {
    const { Tokenizer } = library as unknown as {
      Tokenizer: new (definition: object, config: object) => { encode: (text: string) => { ids: number[] } }
    }
    const original = new Tokenizer(JSON.parse(await readFile(path.join(demo, 'source/tokenizer.json'), 'utf8')) as object, {})
    const counter = tokenCounterFor(tokenizer)
    assert.equal(counter.exact, true)
    const learnings = JSON.parse(await readFile(path.join(demo, 'learnings.json'), 'utf8')) as { learnings: object[] }
    const texts = learnings.learnings.map((learning) => JSON.stringify(learning))
    texts.push(
      '',
      ' ',
      "I'LL it's 12345",
      'naïve Ünïcödé 日本語 🙂',
      'a\n\n\nb\t  c\r\n',
      '<|im_start|>user\nhi<|im_end|>\n',
      'x'.repeat(300),
    )
    for (const text of texts) assert.equal(counter.count(text), original.encode(text).ids.length, text)
  })

  test('a conversation is counted as llama.cpp counts it', () => {
    // The engine 0.53.0 refused this one as "too long (92 tokens > 32)".
    const { count } = tokenCounterFor(tokenizer)
    const { around } = trainingFormat(chatTemplate, count)
    const total = count('list files') + around('user') + count('ls -la '.repeat(20)) + around('assistant')
    // What is counted around a message is that of an answer, which is the longer one.
    const spare = around('user') - count('<|im_start|>user\n<|im_end|>\n')
    assert.equal(total - spare, 92)
  })

  test('other tokenizers are estimated from their vocabulary, at most a token a byte', () => {
    const tokens = ['<unk>', 'hello', '\u2581world', '\u2581', 'l', 'o']
    const { exact, count } = tokenCounterFor({ model: 'llama', pre: undefined, tokens, merges: [], tokenTypes: [], bosId: 1, eosId: 2 })
    assert.equal(exact, false)
    // hello + (space)world = 2 matches, a quarter more is 2.5, rounded up, and one.
    assert.equal(count('hello world'), 4)
    // Letters that the vocabulary doesn't have count as their bytes.
    assert.equal(count('日'), 4)
    assert.equal(count(''), 1)
  })
})
