import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { Config } from '../../src/config/schema.ts'
import { startWorker } from '../../src/engine/worker-client.ts'
import { mergeLora } from '../../src/gguf/merge.ts'
import { packageRoot } from '../../src/system/package-root.ts'
import { engineTrainer } from '../../src/trainers/engine.ts'
import { demoBase, engine, smallJob, workplace } from './setup.ts'

const never = new AbortController().signal
const questions = readFileSync(path.join(packageRoot(), 'data/demo/gate.jsonl'), 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .slice(0, 24)
  .map((line) => (JSON.parse(line) as { input: string }).input)

async function answers(model: string, extra: Record<string, string> = {}): Promise<string[]> {
  const worker = startWorker({ ...engine, signal: never })
  try {
    const config = {
      device: 'cpu',
      gpu_layers: '0',
      verbosity: '0',
      threads: '2',
      ctx_size: '512',
      parallel: '2',
      predict: '32',
      temp: '0',
      repeat_penalty: '1',
    }
    await worker.load(model, { ...config, ...extra })
    const texts: string[] = []
    for (const content of questions) texts.push((await worker.answer([{ role: 'user', content }])).text)
    return texts
  } finally {
    await worker.close()
  }
}

test('the merged model answers as the base with the adapter applied by the engine, and otherwise than the base', async () => {
  const trainer = engineTrainer(Config.parse({}).trainer, engine)
  const job = await smallJob({ learningRate: 0.02, epochs: 4, rank: 8, alpha: 16, targetModules: ['attn_v', 'attn_output', 'ffn_down'] })
  const state = await trainer.observe(await trainer.begin(job, () => undefined, never), job)
  assert.equal(state.status, 'done')
  const adapter = state.status === 'done' ? state.result.adapter : ''
  const output = path.join(workplace, 'merged.gguf')
  await mergeLora({ base: demoBase, adapter, output })
  const applied = await answers(demoBase, { lora: adapter })
  assert.deepEqual(await answers(output), applied)
  assert.notDeepEqual(await answers(demoBase), applied)
})
