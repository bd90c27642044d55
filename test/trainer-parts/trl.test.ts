import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { readCards } from '../../src/trainers/graphics-cards.ts'
import { extraProblems } from '../../src/trainers/known-keys.ts'
import { trainingMemory } from '../../src/trainers/memory.ts'
import { ProgressReader } from '../../src/trainers/program-output.ts'
import type { TrainingPlan } from '../../src/trainers/training-plan.ts'
import { readTrainerLine } from '../../src/trainers/transformers-trainer.ts'
import { trlProgram } from '../../src/trainers/trl.ts'
import { assistant, plan, preparation, user } from './preparation.ts'

const start = (more: Partial<TrainingPlan> = {}, kept: string[] = [], onProcessor = true) =>
  trlProgram.prepare(preparation(more, { kept, extra: { weight_decay: 0.1 }, onProcessor }))
const settingsIn = ({ files }: ReturnType<typeof start>) => JSON.parse(files['trl.json'] ?? '') as Record<string, unknown>

describe('a start of TRL', () => {
  test('names one layer by a pattern of its whole name, since TRL makes one text of a list of one', () => {
    assert.deepEqual(settingsIn(start({ modules: ['self_attn.q_proj'] }))['lora_target_modules'], [String.raw`.*\.q_proj`])
  })

  test('says in its configuration what is to be trained, from what, and how', () => {
    assert.deepEqual(start().args, ['-m', 'trl.scripts.sft', '--config', '/job/dataset/trl.json'])
    assert.deepEqual(settingsIn(start()), {
      ...{ model_name_or_path: '/models/hf', output_dir: '/job/output/attempt-0001-after-0', resume_from_checkpoint: null, seed: 7 },
      datasets: [{ path: 'json', data_files: '/job/dataset/trl/rows.jsonl', split: 'train' }],
      ...{ use_peft: true, lora_r: 8, lora_alpha: 16, lora_dropout: 0, lora_target_modules: ['q_proj', 'down_proj'] },
      ...{ max_length: 512, max_steps: 40, learning_rate: 0.004, per_device_train_batch_size: 2, gradient_accumulation_steps: 3 },
      ...{ lr_scheduler_type: 'cosine_with_min_lr', lr_scheduler_kwargs: { min_lr_rate: 0.25 } },
      ...{
        logging_steps: 1,
        disable_tqdm: true,
        save_strategy: 'steps',
        save_steps: 4,
        save_total_limit: 2,
        report_to: 'none',
        eval_strategy: 'no',
      },
      ...{ dataloader_pin_memory: false, use_cpu: true, bf16: false, dtype: 'float32', weight_decay: 0.1 },
      ...{ packing: false, completion_only_loss: true },
    })
    assert.equal(settingsIn(start({}, [], false))['use_cpu'], undefined)
    assert.equal(settingsIn(start({ schedule: 'linear' }))['lr_scheduler_type'], 'linear')
  })

  test('gives it rows whose shape says what counts in the loss', () => {
    const [question, answer] = [user('a'), assistant('b')]
    const rowIn = (more: Partial<TrainingPlan>): unknown => JSON.parse(start(more).files['trl/rows.jsonl'] ?? '')
    assert.deepEqual(rowIn({}), { prompt: [question], completion: [answer] })
    assert.deepEqual(rowIn({ answersOnly: false }), { messages: [question, answer] })
    assert.deepEqual(rowIn({ method: 'dpo' }), { prompt: [question], chosen: [answer], rejected: [assistant('c')] })
    assert.equal(settingsIn(start({ method: 'dpo' }))['packing'], undefined)
  })

  test('goes on from the newest checkpoint that is whole', () => {
    const kept = [
      ...['attempt-0001-after-0', 'attempt-0001-after-0/checkpoint-4/trainer_state.json', 'attempt-0001-after-0/checkpoint-8/optimizer.pt'],
    ]
    const started = start({}, kept)
    assert.deepEqual([started.attempt.done, started.attempt.folder], [4, 'attempt-0002-after-4'])
    assert.equal(settingsIn(started)['resume_from_checkpoint'], '/job/output/attempt-0001-after-0/checkpoint-4')
  })
})

test('every line of the log is a step', () => {
  const progress = new ProgressReader(0, { done: 4, total: 10 }, readTrainerLine)
  assert.equal(progress.take('Loading weights: 100%|##########| 24/24 [00:00<00:00]', 500), null)
  const line = "{'loss': '11.39', 'grad_norm': '1.5', 'learning_rate': '0.002', 'epoch': '0.33'}"
  assert.deepEqual(progress.take(line, 1000), { step: 5, totalSteps: 10, loss: 11.39, timeLeftMs: 5000 })
  assert.deepEqual(progress.take(line.replace('11.39', 'nan'), 2000), { step: 6, totalSteps: 10, loss: 11.39, timeLeftMs: 4000 })
  assert.equal(progress.take("{'train_runtime': '13.02', 'train_loss': '13.16', 'epoch': '2'}", 3000), null)
})

test('settings belong to the method that knows them', () => {
  const problems = (method: 'sft' | 'dpo', extra: object) => extraProblems(extra as Record<string, unknown>, trlProgram.keys(method), 'TRL')
  assert.deepEqual(problems('dpo', { beta: 0.2, warmup_steps: 3 }), [])
  assert.deepEqual(problems('sft', { beta: 0.2 }), ['TRL has no setting "beta".'])
  assert.deepEqual(problems('sft', { lora_r: 4 }), ['"lora_r" of TRL is set by "trainer.rank".'])
})

describe('graphics memory', () => {
  test('is read from what nvidia-smi prints', () => {
    assert.deepEqual(readCards(['NVIDIA A10, 22502, 23028', '']), [
      { name: 'NVIDIA A10', freeBytes: 22502 * 2 ** 20, totalBytes: 23028 * 2 ** 20 },
    ])
  })

  test('is estimated from the shapes', () => {
    // Two blocks: hidden 4, vocabulary 10; q_proj 4 x 4 and down_proj 4 x 6.
    const shapes: [string, number[]][] = [['model.embed_tokens.weight', [10, 4]]]
    for (const layer of [0, 1])
      shapes.push(
        [`model.layers.${layer}.input_layernorm.weight`, [4]],
        [`model.layers.${layer}.self_attn.q_proj.weight`, [4, 4]],
        [`model.layers.${layer}.mlp.down_proj.weight`, [4, 6]],
      )
    const tensors = shapes.map(([name, shape]) => ({ name, shape, file: '', type: 'F32' }))
    // Adapter: 8 x (8 + 10) x 2 = 288 numbers; 1024 tokens of 4 x (34 + 4) + 10 x 8 = 232 bytes.
    assert.equal(trainingMemory({ tensors, parameters: 128 }, plan), 1.5e9 + 2 * 128 + 16 * 288 + 1024 * 232)
  })
})
