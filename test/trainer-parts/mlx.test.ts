import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { nextAttempt } from '../../src/trainers/attempts.ts'
import { filledUp } from '../../src/trainers/dataset-rows.ts'
import { extraProblems } from '../../src/trainers/known-keys.ts'
import { mlxProgram, readMlxLine } from '../../src/trainers/mlx.ts'
import { ProgressReader } from '../../src/trainers/program-output.ts'
import type { TrainingPlan } from '../../src/trainers/training-plan.ts'
import { assistant, preparation, user } from './preparation.ts'

const conversation = (content: string) => ({ messages: [user(content), assistant('answer')] })
const rows = { train: ['1', '2', '3'].map(conversation), valid: [conversation('4')], preferences: [] }

describe('a start of MLX-LM', () => {
  const settingsOf = (kept: string[], more: Partial<TrainingPlan> = {}, extra = {}): Record<string, unknown> => {
    const { files } = mlxProgram.prepare(preparation(more, { rows, kept, extra }))
    return JSON.parse(files['mlx.json'] ?? '') as Record<string, unknown>
  }

  test('says in its configuration what is to be trained, from what, and how', () => {
    // Batches are its iterations: 40 steps of 3 batches; the schedule counts steps; the scale is alpha / rank.
    assert.deepEqual(settingsOf([], {}, { optimizer: 'adamw' }), {
      ...{ model: '/models/hf', train: true, data: '/job/dataset/mlx', adapter_path: '/job/output/attempt-0001-after-0', seed: 7 },
      ...{ fine_tune_type: 'lora', num_layers: -1, mask_prompt: true, optimizer: 'adamw' },
      lora_parameters: { keys: ['self_attn.q_proj', 'mlp.down_proj'], rank: 8, scale: 2, dropout: 0 },
      ...{ batch_size: 2, grad_accumulation_steps: 3, iters: 120, max_seq_length: 512, learning_rate: 0.004 },
      lr_schedule: { name: 'cosine_decay', arguments: [0.004, 40, 0.001] },
      ...{ steps_per_report: 3, save_every: 12, val_batches: -1, steps_per_eval: 12 },
    })
    assert.deepEqual(settingsOf([], { schedule: 'linear' })['lr_schedule'], { name: 'linear_schedule', arguments: [0.004, 0.001, 40] })
    assert.equal(settingsOf([], { schedule: 'constant' })['lr_schedule'], undefined)
  })

  test('goes on from the newest checkpoint of earlier attempts, with the schedule where it was', () => {
    const kept = [
      ...['attempt-0001-after-0', 'attempt-0001-after-0/0000012_adapters.safetensors', 'attempt-0001-after-0/adapters.safetensors'],
      ...['attempt-0002-after-4', 'attempt-0002-after-4/0000048_adapters.safetensors', 'attempt-0003-after-20'],
    ]
    const settings = settingsOf(kept)
    // 4 steps, and 48 batches are 16 more; half of the cosine is done, so the rate is in the middle.
    assert.equal(settings['resume_adapter_file'], '/job/output/attempt-0002-after-4/0000048_adapters.safetensors')
    assert.equal(settings['adapter_path'], '/job/output/attempt-0004-after-20')
    assert.equal(settings['iters'], 60)
    const { arguments: [from, steps, to] = [] } = settings['lr_schedule'] as { arguments: number[] }
    assert.ok(Math.abs((from ?? 0) - 0.0025) < 1e-12)
    assert.deepEqual([steps, to], [20, 0.001])
  })

  test('leaves no row out: batches are filled up, and too small a validation set is left away', () => {
    const { files } = mlxProgram.prepare(preparation({}, { rows }))
    const asked = (files['mlx/train.jsonl'] ?? '')
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as (typeof rows)['train'][0]).messages[0]?.content)
    assert.deepEqual(asked, ['1', '2', '3', '1'])
    assert.equal(files['mlx/valid.jsonl'], undefined)
    assert.deepEqual(filledUp(['a', 'b'], 5), ['a', 'b', 'a', 'b', 'a'])
  })
})

describe('what MLX-LM prints', () => {
  test('is understood, as it colours it and as older versions write it', () => {
    const coloured =
      '  \u001b[38;5;244m  20\u001b[0m    \u001b[1;32m5.043 ▼\u001b[0m    \u001b[1m  988\u001b[0m    \u001b[38;5;244m  0.8k\u001b[0m'
    assert.deepEqual(readMlxLine(coloured), { step: 20, loss: 5.043 })
    assert.deepEqual(readMlxLine('Iter 10: Train loss 2.413, Learning Rate 1.000e-05, It/sec 0.4'), { step: 10, loss: 2.413 })
    assert.deepEqual(readMlxLine('    30      nan ▲    1,000      0.8k'), { step: 30 })
    for (const line of [
      '    20    val 5.328    0.03s',
      '  save  0000020_adapters.safetensors',
      'Trainable parameters: 5.105% (0.005M/0.100M)',
    ])
      assert.deepEqual(readMlxLine(line), {}, line)
  })

  test('counts on from what earlier attempts did', () => {
    const progress = new ProgressReader(0, { done: 20, total: 40 }, readMlxLine)
    assert.deepEqual(progress.take('    5    5.043 ▼      988      0.8k', 1000), {
      step: 25,
      totalSteps: 40,
      loss: 5.043,
      timeLeftMs: 3000,
    })
    assert.equal(progress.steps, 25)
  })
})

describe("a trainer's own settings", () => {
  test('are refused when it does not know them, or when they are not for choosing', () => {
    const problems = extraProblems(
      { optimizer: 'adamw', optimiser: 'adamw', learning_rate: 1, train: false },
      mlxProgram.keys('sft'),
      'MLX-LM',
    )
    assert.deepEqual(problems, [
      'MLX-LM has no setting "optimiser": did you mean "optimizer"?',
      '"learning_rate" of MLX-LM is set by "trainer.learningRate".',
      '"train" of MLX-LM is set by genesis-improve.',
    ])
  })
})

test('an attempt has a folder that no earlier one wrote to', () => {
  const stepOf = (file: string): number | null => (file === '' ? null : Number(file))
  assert.deepEqual(nextAttempt([], stepOf), { folder: 'attempt-0001-after-0', done: 0, checkpoint: null })
  assert.deepEqual(nextAttempt(['converted.gguf', 'attempt-0001-after-0', 'attempt-0001-after-0/8'], stepOf), {
    ...{ folder: 'attempt-0002-after-8', done: 8, checkpoint: 'attempt-0001-after-0/8' },
  })
})
