import assert from 'node:assert/strict'
import path from 'node:path'
import { describe, test } from 'node:test'
import { trainingFormat } from '../../src/engine/chat-template.ts'
import { tokenCounterFor } from '../../src/engine/token-counter.ts'
import { readGgufSummary } from '../../src/gguf/summary.ts'
import { packageRoot } from '../../src/system/package-root.ts'

const demo = path.join(packageRoot(), 'data/demo')
const { tokenizer, chatTemplate } = await readGgufSummary(path.join(demo, 'base-f16.gguf'))

describe('counting tokens', () => {
  test('byte-level BPE is counted as the tokenizer that the model was trained with counts', () => {
    // Counted by Hugging Face's tokenizers 0.23.3 (Rust) with the model's tokenizer.json.
    const counts: [string, number][] = [
      ['', 0],
      [' ', 1],
      ["I'LL it's 12345", 13],
      ['naïve Ünïcödé 日本語 🙂', 32],
      ['a\n\n\nb\t  c\r\n', 10],
      ['<|im_start|>user\nhi<|im_end|>\n', 6],
      ['how to list every py file under public', 8],
      ['git switch -c feature/login', 8],
      ['find . -name "*.py" | xargs grep -n TODO', 19],
      ['{"input":"show open ports","corrected":"ss -tlnp"}', 26],
      ['x'.repeat(300), 300],
    ]
    const counter = tokenCounterFor(tokenizer)
    assert.equal(counter.exact, true)
    for (const [text, tokens] of counts) assert.equal(counter.count(text), tokens, text)
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
    const { exact, count } = tokenCounterFor({
      model: 'llama',
      pre: undefined,
      tokens,
      merges: [],
      tokenTypes: [],
      bosId: 1,
      eosId: 2,
      addsBos: true,
    })
    assert.equal(exact, false)
    // hello + (space)world = 2 matches, a quarter more is 2.5, rounded up, and one.
    assert.equal(count('hello world'), 4)
    // Letters that the vocabulary doesn't have count as their bytes.
    assert.equal(count('日'), 4)
    assert.equal(count(''), 1)
  })
})
