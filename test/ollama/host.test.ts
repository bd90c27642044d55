import assert from 'node:assert/strict'
import { test } from 'node:test'
import { modelNamePattern, ollamaHost, withTag } from '../../src/ollama/host.ts'

test('an address is taken in every form that OLLAMA_HOST may have', () => {
  for (const [text, host] of [
    ['127.0.0.1', 'http://127.0.0.1:11434'],
    ['gpu', 'http://gpu:11434'],
    ['gpu:8080', 'http://gpu:8080'],
    [':8080', 'http://127.0.0.1:8080'],
    ['http://gpu', 'http://gpu:80'],
    ['https://ollama.example.org/proxy/', 'https://ollama.example.org:443/proxy'],
    ['0.0.0.0', 'http://127.0.0.1:11434'],
    ['0.0.0.0:1234', 'http://127.0.0.1:1234'],
    ['[::]:1234', 'http://[::1]:1234'],
    [' http://127.0.0.1:11434/ ', 'http://127.0.0.1:11434'],
  ])
    assert.equal(ollamaHost(text ?? ''), host, text)
})

test('what is no address, or holds credentials that a journal would keep, is refused', () => {
  for (const text of ['', '  ', 'ftp://gpu', 'http://', 'http://user:secret@gpu', 'user@gpu', 'gpu:port', 'http://gpu?x=1', 'http://gpu#x'])
    assert.equal(ollamaHost(text), undefined, text)
})

test('a name without a tag means the tag latest', () => {
  assert.equal(withTag('genesis'), 'genesis:latest')
  assert.equal(withTag('qwen3:0.6b'), 'qwen3:0.6b')
  assert.equal(withTag('localhost:5000/team/qwen'), 'localhost:5000/team/qwen:latest')
})

test('names of models can lead nowhere else', () => {
  for (const name of ['qwen3', 'qwen3:0.6b', 'team/qwen-2.5_coder:7b-instruct', 'hf.co/team/model:Q8_0'])
    assert.match(name, modelNamePattern)
  for (const name of ['', '-rf', '../qwen', 'a/../b', 'a b', 'a\nb', '/etc/passwd', 'a:b:c', 'a;b', 'a//b'])
    assert.doesNotMatch(name, modelNamePattern)
})
