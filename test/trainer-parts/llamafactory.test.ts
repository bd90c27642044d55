import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { extraProblems } from '../../src/trainers/known-keys.ts'
import { llamafactoryProgram } from '../../src/trainers/llamafactory.ts'
import type { TrainingPlan } from '../../src/trainers/training-plan.ts'
import { preparation } from './preparation.ts'

const start = (more: Partial<TrainingPlan> = {}, kept: string[] = [], onProcessor = true) =>
  llamafactoryProgram.prepare(preparation(more, { kept, extra: { weight_decay: 0.1 }, onProcessor }))
const fileIn = ({ files }: ReturnType<typeof start>, name: string) => JSON.parse(files[name] ?? '') as Record<string, unknown>
const settingsIn = (started: ReturnType<typeof start>) => fileIn(started, 'llamafactory.yaml')

describe('a start of LLaMA-Factory', () => {
  test('says in its configuration what is to be trained, from what, and how', () => {
    assert.deepEqual(start().args, ['-m', 'llamafactory.launcher', '/job/dataset/llamafactory.yaml'])
    assert.deepEqual(settingsIn(start()), {
      ...{ model_name_or_path: '/models/hf', stage: 'sft', do_train: true, dataset_dir: '/job/dataset/llamafactory', dataset: 'rows' },
      ...{ template: 'empty', finetuning_type: 'lora', lora_rank: 8, lora_alpha: 16, lora_dropout: 0, lora_target: 'q_proj,down_proj' },
      ...{ cutoff_len: 512, packing: false, train_on_prompt: false, seed: 7 },
      ...{ output_dir: '/job/output/attempt-0001-after-0', resume_from_checkpoint: null, max_steps: 40, learning_rate: 0.004 },
      ...{ lr_scheduler_type: 'cosine_with_min_lr', lr_scheduler_kwargs: { min_lr_rate: 0.25 } },
      ...{ per_device_train_batch_size: 2, gradient_accumulation_steps: 3, save_strategy: 'steps', save_steps: 4, save_total_limit: 2 },
      ...{ logging_steps: 1, disable_tqdm: true, report_to: 'none', eval_strategy: 'no', dataloader_pin_memory: false },
      ...{ use_cpu: true, bf16: false, infer_dtype: 'float32', weight_decay: 0.1 },
    })
    assert.equal(settingsIn(start({}, [], false))['infer_dtype'], undefined)
  })

  test('gives it text that is laid out already, and says which field is what', () => {
    const rowIn = (more: Partial<TrainingPlan>) => fileIn(start(more), 'llamafactory/rows.jsonl')
    assert.deepEqual(rowIn({}), { prompt: '[a]', answer: '<b>' })
    assert.deepEqual(rowIn({ method: 'dpo' }), { prompt: '[a]', chosen: '<b>', rejected: '<c>' })
    const kindIn = (more: Partial<TrainingPlan>) => fileIn(start(more), 'llamafactory/dataset_info.json')['rows']
    const shared = { file_name: 'rows.jsonl', formatting: 'alpaca' }
    assert.deepEqual(kindIn({}), { ...shared, ranking: false, columns: { prompt: 'prompt', response: 'answer' } })
    assert.deepEqual(kindIn({ method: 'dpo' }), {
      ...{ ...shared, ranking: true, columns: { prompt: 'prompt', chosen: 'chosen', rejected: 'rejected' } },
    })
  })

  test('counts questions in the loss only where that is wanted', () => {
    assert.equal(settingsIn(start({ answersOnly: false }))['train_on_prompt'], true)
    assert.equal(settingsIn(start({ method: 'dpo' }))['train_on_prompt'], undefined)
  })

  test('goes on from the newest checkpoint that is whole', () => {
    const started = start({}, ['attempt-0001-after-0/checkpoint-4/trainer_state.json', 'attempt-0001-after-0/checkpoint-8/optimizer.pt'])
    assert.deepEqual([started.attempt.done, started.attempt.folder], [4, 'attempt-0002-after-4'])
    assert.equal(settingsIn(started)['resume_from_checkpoint'], '/job/output/attempt-0001-after-0/checkpoint-4')
  })
})

test('settings of LLaMA-Factory belong to the method that uses them, and none can change the layout', () => {
  const problems = (method: 'sft' | 'dpo', extra: Record<string, unknown>) =>
    extraProblems(extra, llamafactoryProgram.keys(method), 'LLaMA-Factory')
  assert.deepEqual(problems('dpo', { pref_beta: 0.2, warmup_steps: 3 }), [])
  assert.deepEqual(problems('sft', { pref_beta: 0.2, template: 'qwen3', lora_rank: 4, warmup_step: 3 }), [
    '"pref_beta" of LLaMA-Factory is set by "trainer.method".',
    '"template" of LLaMA-Factory is set by genesis-improve.',
    '"lora_rank" of LLaMA-Factory is set by "trainer.rank".',
    'LLaMA-Factory has no setting "warmup_step": did you mean "warmup_steps"?',
  ])
})
