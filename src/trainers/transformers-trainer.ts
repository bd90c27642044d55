import path from 'node:path'
import { nextAttempt } from './attempts.ts'
import type { Reported } from './program-output.ts'
import type { Preparation, Prepared } from './python-recipe.ts'
import type { TrainingPlan } from './training-plan.ts'

/** Where this start writes, and the checkpoint that it goes on from, as the program sees them. */
export interface TrainerPlaces {
  attempt: Prepared['attempt']
  /** Folder for checkpoints and the adapter. */
  output: string
  /** A folder of an earlier attempt. */
  checkpoint: string | null
}

export function trainerPlaces({ paths, kept }: Pick<Preparation, 'paths' | 'kept'>): TrainerPlaces {
  const attempt = nextAttempt(kept, checkpointStep)
  const checkpoint = attempt.checkpoint === null ? null : `${paths.output}/${path.posix.dirname(attempt.checkpoint)}`
  return { attempt, output: `${paths.output}/${attempt.folder}`, checkpoint }
}

/** A checkpoint's folder is whole once its trainer_state.json is there, which is written last; its number counts from the very beginning. */
const checkpointStep = (file: string): number | null => {
  const step = /^checkpoint-(\d+)\/trainer_state\.json$/.exec(file)?.[1]
  return step === undefined ? null : Number(step)
}

/** What the Trainer of transformers (TrainingArguments) is told, whichever program is around it. */
export function trainerArguments(plan: TrainingPlan, { output, checkpoint }: TrainerPlaces, onProcessor: boolean): Record<string, unknown> {
  return {
    ...{ output_dir: output, resume_from_checkpoint: checkpoint, seed: plan.seed },
    ...{ max_steps: plan.steps, learning_rate: plan.learningRate, ...scheduleOf(plan) },
    ...{ per_device_train_batch_size: plan.batchSize, gradient_accumulation_steps: plan.accumulation },
    ...{ logging_steps: 1, disable_tqdm: true, report_to: 'none', eval_strategy: 'no', dataloader_pin_memory: false },
    ...{ save_strategy: 'steps', save_steps: Math.max(1, Math.round(plan.steps / 10)), save_total_limit: 2 },
    // Elsewhere the trainer finds out by itself what the device can do.
    ...(onProcessor ? { use_cpu: true, bf16: false } : {}),
  }
}

/** Which settings of this program stand behind the Trainer's own names, as in `KnownKeys`. */
export const trainerSettingNames = {
  ...{ model_name_or_path: 'model', seed: 'seed', per_device_train_batch_size: 'batchSize', gradient_accumulation_steps: 'accumulation' },
  ...{ max_steps: 'steps', num_train_epochs: 'epochs', learning_rate: 'learningRate' },
  ...{ lr_scheduler_type: 'schedule', lr_scheduler_kwargs: 'schedule' },
} as const

function scheduleOf({ schedule, learningRate, minimumLearningRate }: TrainingPlan): Record<string, unknown> {
  if (schedule === 'constant') return { lr_scheduler_type: 'constant' }
  if (schedule === 'linear') return { lr_scheduler_type: 'linear' }
  return { lr_scheduler_type: 'cosine_with_min_lr', lr_scheduler_kwargs: { min_lr_rate: minimumLearningRate / learningRate } }
}

/** Linear layers as PEFT looks for them: by the last part of their names. */
export const peftModules = ({ modules }: TrainingPlan): string[] => modules.map((module) => module.split('.').at(-1) ?? module)

/** The caches of its libraries go with the job. */
export const trainerCaches = (dataset: string): Record<string, string> => ({
  ...{ HF_DATASETS_OFFLINE: '1', HF_HOME: `${dataset}/cache`, HF_DATASETS_CACHE: `${dataset}/cache/datasets` },
})

/** What the Trainer logs after each step: {'loss': '11.39', 'grad_norm': ..., 'epoch': '0.33'}. */
export function readTrainerLine(line: string): Reported {
  const loss = /^\s*\{'loss': '?(-?[\d.]+(?:e[-+]?\d+)?|nan|inf)'?,/i.exec(line)?.[1]
  if (loss === undefined) return {}
  return { another: true, ...(Number.isFinite(Number(loss)) ? { loss: Number(loss) } : {}) }
}
