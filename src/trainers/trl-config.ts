import type { TrainingPlan } from './training-plan.ts'
import { peftModules, trainerArguments } from './transformers-trainer.ts'
import type { TrainerPlaces } from './transformers-trainer.ts'

export interface TrlPaths extends TrainerPlaces {
  model: string
  /** The file with the rows, JSON lines. */
  data: string
}

/**
 * The configuration of "trl sft" and "trl dpo" (their ScriptArguments, ModelConfig, SFTConfig and DPOConfig), which is YAML, of which JSON is a
 * part. The rows say by their shape what is learned: with "prompt" and "completion" only the answers count, with "messages" everything.
 */
export function trlConfig(plan: TrainingPlan, paths: TrlPaths, onProcessor: boolean): Record<string, unknown> {
  return {
    model_name_or_path: paths.model,
    datasets: [{ path: 'json', data_files: paths.data, split: 'train' }],
    ...{ use_peft: true, lora_r: plan.rank, lora_alpha: plan.alpha, lora_dropout: 0, lora_target_modules: forTrl(peftModules(plan)) },
    max_length: plan.contextLength,
    ...trainerArguments(plan, paths, onProcessor),
    ...(onProcessor ? { dtype: 'float32' } : {}),
    ...(plan.method === 'dpo' ? {} : { packing: false, completion_only_loss: plan.answersOnly }),
  }
}

/** TRL makes one text of a list with one name, and PEFT takes a text as a pattern that the whole name has to match. */
const forTrl = (names: string[]): string[] => (names.length === 1 ? names.map((name) => String.raw`.*\.${name}`) : names)
