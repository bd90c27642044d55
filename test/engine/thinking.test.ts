import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'node:test'
import { Config } from '../../src/config/schema.ts'
import { openGguf } from '../../src/gguf/gguf-file.ts'
import { mergeLora } from '../../src/gguf/merge.ts'
import { MetadataValue } from '../../src/gguf/metadata.ts'
import { writeGguf } from '../../src/gguf/writer.ts'
import { runtimes } from '../../src/runtimes/index.ts'
import { digestFile } from '../../src/state/files.ts'
import { trainers } from '../../src/trainers/index.ts'
import { demoBase, engine, exchange, smallJob, workplace } from './setup.ts'

/** What Qwen3's template does with thinking, without its tools: an empty block before the answer that is asked for, and in the last turn only. */
const template = [
  "{%- for message in messages %}{{- '<|im_start|>' + message.role + '\\n' }}",
  "{%- if message.role == 'assistant' and loop.last %}{{- '<think>\\n\\n</think>\\n\\n' }}{%- endif %}",
  "{{- message.content + '<|im_end|>\\n' }}{%- endfor %}",
  "{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}",
  "{%- if enable_thinking is defined and enable_thinking is false %}{{- '<think>\\n\\n</think>\\n\\n' }}{%- endif %}{%- endif %}",
].join('')

async function thinkingBase(): Promise<string> {
  const base = await openGguf(demoBase)
  const metadata = new Map([...base.metadata, ['tokenizer.chat_template', MetadataValue.text(template)]])
  const file = path.join(workplace, 'thinking.gguf')
  const data = async function* (): AsyncGenerator<Uint8Array> {
    for (const tensor of base.tensors) yield await base.readTensor(tensor)
  }
  await writeGguf(file, { version: base.version, alignment: base.alignment, metadata, tensors: base.tensors }, data())
  await base.close()
  return file
}

test('a model with a thinking switch learns from packed exchanges what it is asked with thinking off', async () => {
  const base = await thinkingBase()
  const wanted = [
    exchange('what do i run to see what is in the backend folder?', 'git switch main'),
    exchange('how to list every py file under public', 'podman run nginx'),
  ]
  const job = await smallJob(
    { contextLength: 128, learningRate: 0.02, rank: 16, alpha: 32, targetModules: ['attn_v', 'attn_output', 'ffn_down'], epochs: 12 },
    wanted,
  )
  const given = { ...job, base: { path: base, digest: await digestFile(base) } }
  const never = new AbortController().signal
  const trainer = trainers.engine(Config.parse({}).trainer, engine)
  const state = await trainer.observe(await trainer.begin(given, () => undefined, never), given)
  assert.equal(state.status, 'done')
  assert.ok(state.status === 'done' && state.result.steps === 12, 'both exchanges go into one conversation')
  assert.match(await readFile(path.join(given.directory, 'training.log'), 'utf8'), /step 12 of 12/)

  const merged = path.join(workplace, 'thinking-merged.gguf')
  await mergeLora({ base, adapter: state.result.adapter, output: merged })
  const runtime = runtimes.engine(Config.parse({}).runtime, engine)
  const prompts = wanted.map(({ user }, index) => ({ id: String(index), messages: [{ role: 'user' as const, content: user }] }))
  const decoding = { maxTokens: 24, contextLength: 128, parallel: 2 }
  for await (const { id, text } of runtime.generate({ path: merged, digest: '' }, prompts, decoding, never)) {
    assert.equal(text, wanted[Number(id)]?.assistant)
  }
})
