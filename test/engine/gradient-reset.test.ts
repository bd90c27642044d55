import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, test } from 'node:test'
import { stateFiles } from '../../src/engine/checkpoint.ts'
import { runTraining } from '../../src/engine/train.ts'
import { startWorker } from '../../src/engine/worker-client.ts'
import { readLora } from '../../src/gguf/lora.ts'
import { demoBase, engine, workplace } from './setup.ts'

/*
 * How the rule is checked: with a tiny learning rate the model hardly moves, so the same conversation gives the same gradient g at every step,
 * and the size of Adam's update doesn't depend on g's size. What every element of B (which starts at 0) has after k steps follows from the
 * sequence of gradients alone: k x rate for g, g, g, ... (each step starts anew), less for g, 2g, 3g, ... (the sums that the engine makes).
 */
const steps = 4
const rate = 1e-5
const conversation = [
  { role: 'user' as const, content: 'how to grep app for error' },
  { role: 'assistant' as const, content: 'rg error app' },
]
const settings = {
  ...{ rank: 8, alpha: 16, targetModules: ['attn_v', 'ffn_down'], learningRate: rate, minimumLearningRate: rate },
  ...{ epochs: 1, contextLength: 64, seed: 42 },
}

/** Sum of the updates of Adam (Kingma and Ba 2015, algorithm 1, its default constants) in units of the learning rate. */
function adam(gradients: readonly number[]): number {
  let [mean, square, moved] = [0, 0, 0]
  for (const [index, gradient] of gradients.entries()) {
    mean = 0.9 * mean + 0.1 * gradient
    square = 0.999 * square + 0.001 * gradient ** 2
    moved += mean / (1 - 0.9 ** (index + 1)) / Math.sqrt(square / (1 - 0.999 ** (index + 1)))
  }
  return moved
}

describe('the gradient reset', () => {
  test('our steps are those of an Adam whose gradients start anew at every step', async () => {
    const scratch = path.join(workplace, 'ours')
    const worker = startWorker({ ...engine, signal: new AbortController().signal })
    try {
      const { last } = await runTraining({
        ...{ worker, base: demoBase, settings, template: null, inputs: 'test', processors: 2, onStep: () => undefined },
        conversations: Array.from({ length: steps }, () => conversation),
        ...{ checkpoints: path.join(scratch, 'checkpoints'), scratch: path.join(scratch, 'attempt') },
        ...{ keptSteps: [], kept: path.join(scratch, 'kept') },
      })
      const expected = adam([1, 1, 1, 1])
      assert.ok(Math.abs(expected - 4) < 1e-9)
      await assertMoved(path.join(last.directory, stateFiles.adapter), expected)
    } finally {
      await worker.close()
    }
  })

  test('within one call the engine still sums its gradients; when this fails, it was mended and a call may hold many steps', async () => {
    const scratch = path.join(workplace, 'theirs')
    await mkdir(scratch)
    const dataset = path.join(scratch, 'conversations.jsonl')
    await writeFile(dataset, `${JSON.stringify({ messages: conversation })}\n`.repeat(steps))
    const worker = startWorker({ ...engine, signal: new AbortController().signal })
    try {
      await worker.load(demoBase, { device: 'cpu', gpu_layers: '0', ctx_size: '64', flash_attn: 'off', verbosity: '0', threads: '2' })
      const adapter = path.join(scratch, 'adapter.gguf')
      await worker.finetune({
        ...{ dataset, template: null, adapter, checkpoints: path.join(scratch, 'state'), learningRate: rate, contextLength: 64 },
        ...{ rank: 8, alpha: 16, modules: 'attn_v,ffn_down', seed: 42 },
      })
      const expected = adam([1, 2, 3, 4])
      assert.ok(expected < 3.9)
      await assertMoved(adapter, expected)
    } finally {
      await worker.close()
    }
  })
})

/** The median element of every B has moved so far, in units of the learning rate. */
async function assertMoved(adapter: string, expected: number): Promise<void> {
  const lora = await readLora(adapter)
  try {
    for (const pair of lora.pairs) {
      const { factors } = await pair.read()
      const sizes = factors.map(Math.abs).sort()
      const median = (sizes[sizes.length >> 1] ?? NaN) / rate
      assert.ok(Math.abs(median - expected) < 0.02, `${pair.name}: ${median.toFixed(4)} instead of ${expected.toFixed(4)}`)
    }
  } finally {
    await lora.close()
  }
}
