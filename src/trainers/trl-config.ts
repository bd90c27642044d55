import type { TrainingPlan } from './training-plan.ts'

export interface TrlPaths {
  model: string
  /** The file with the rows, JSON lines. */
  data: string
  /** Folder for checkpoints and the adapter. */
  output: string
  /** A checkpoint of an earlier attempt. */
  checkpoint: string | null
}

/**
 * The configuration of "trl sft" and "trl dpo" (their ScriptArguments, ModelConfig, SFTConfig and DPOConfig), which is YAML, of which JSON is a
 * part. The rows say by their shape what is learned: with "prompt" and "completion" only the answers count, with "messages" everything.
 */
export function trlConfig(plan: TrainingPlan, paths: TrlPaths, onProcessor: boolean): Record<string, unknown> {
  return {
    ...{ model_name_or_path: paths.model, output_dir: paths.output, resume_from_checkpoint: paths.checkpoint, seed: plan.seed },
    datasets: [{ path: 'json', data_files: paths.data, split: 'train' }],
    ...{
      use_peft: true,
      lora_r: plan.rank,
      lora_alpha: plan.alpha,
      lora_dropout: 0,
      lora_target_modules: forTrl(plan.modules.map(lastPart)),
    },
    ...{ max_length: plan.contextLength, max_steps: plan.steps, learning_rate: plan.learningRate },
    ...{ per_device_train_batch_size: plan.batchSize, gradient_accumulation_steps: plan.accumulation },
    ...scheduleOf(plan),
    ...{
      logging_steps: 1,
      disable_tqdm: true,
      save_strategy: 'steps',
      save_steps: Math.max(1, Math.round(plan.steps / 10)),
      save_total_limit: 2,
    },
    ...{ report_to: 'none', eval_strategy: 'no', dataloader_pin_memory: false },
    // Elsewhere the trainer finds out by itself what the device can do.
    ...(onProcessor ? { use_cpu: true, bf16: false, dtype: 'float32' } : {}),
    ...(plan.method === 'dpo' ? {} : { packing: false, completion_only_loss: plan.answersOnly }),
  }
}

/** PEFT looks for the last part of a layer's name. */
const lastPart = (module: string): string => module.split('.').at(-1) ?? module

/** TRL makes one text of a list with one name, and PEFT takes a text as a pattern that the whole name has to match. */
const forTrl = (names: string[]): string[] => (names.length === 1 ? names.map((name) => String.raw`.*\.${name}`) : names)

function scheduleOf({ schedule, learningRate, minimumLearningRate }: TrainingPlan): Record<string, unknown> {
  if (schedule === 'constant') return { lr_scheduler_type: 'constant' }
  if (schedule === 'linear') return { lr_scheduler_type: 'linear' }
  return { lr_scheduler_type: 'cosine_with_min_lr', lr_scheduler_kwargs: { min_lr_rate: minimumLearningRate / learningRate } }
}
