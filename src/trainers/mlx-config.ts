import type { TrainingPlan } from './training-plan.ts'

export interface MlxPaths {
  /** The Hugging Face folder. */
  model: string
  /** Folder with train.jsonl, and valid.jsonl where there is one. */
  data: string
  /** Folder for the adapter. */
  adapter: string
}

/** Where an earlier attempt stopped. */
export interface MlxResume {
  /** Steps that are done. */
  done: number
  /** Its newest checkpoint. */
  file: string
}

/**
 * The configuration of "mlx_lm lora" (mlx_lm/lora.py, CONFIG_DEFAULTS), which is YAML, of which JSON is a part. Iterations are batches there,
 * and the schedule counts steps. MLX-LM keeps no state of its optimizer: after an interruption the weights and the schedule go on, Adam begins anew.
 */
export function mlxConfig(plan: TrainingPlan, paths: MlxPaths, resume: MlxResume | null): Record<string, unknown> {
  const done = resume?.done ?? 0
  const left = plan.steps - done
  return {
    ...{ model: paths.model, train: true, data: paths.data, adapter_path: paths.adapter, seed: plan.seed + done },
    ...(resume === null ? {} : { resume_adapter_file: resume.file }),
    ...{ fine_tune_type: 'lora', num_layers: -1, mask_prompt: plan.answersOnly },
    lora_parameters: { keys: plan.modules, rank: plan.rank, scale: plan.alpha / plan.rank, dropout: 0 },
    ...{ batch_size: plan.batchSize, grad_accumulation_steps: plan.accumulation, iters: left * plan.accumulation },
    ...{ max_seq_length: plan.contextLength, learning_rate: rateAt(plan, done) },
    ...scheduleOf(plan, done),
    ...{ steps_per_report: plan.accumulation, save_every: checkpointSteps(plan) * plan.accumulation },
    ...{ val_batches: -1, steps_per_eval: checkpointSteps(plan) * plan.accumulation },
  }
}

/** Steps between two checkpoints: ten of them in all. */
export const checkpointSteps = ({ steps }: TrainingPlan): number => Math.max(1, Math.round(steps / 10))

/** The learning rate behind `done` steps. */
function rateAt({ schedule, learningRate, minimumLearningRate, steps }: TrainingPlan, done: number): number {
  const share = done / steps
  if (schedule === 'constant' || done === 0) return learningRate
  const height = schedule === 'linear' ? 1 - share : (1 + Math.cos(Math.PI * share)) / 2
  return minimumLearningRate + (learningRate - minimumLearningRate) * height
}

function scheduleOf(plan: TrainingPlan, done: number): Record<string, unknown> {
  const [from, to, left] = [rateAt(plan, done), plan.minimumLearningRate, plan.steps - done]
  if (plan.schedule === 'constant') return {}
  if (plan.schedule === 'linear') return { lr_schedule: { name: 'linear_schedule', arguments: [from, to, left] } }
  return { lr_schedule: { name: 'cosine_decay', arguments: [from, left, to] } }
}
