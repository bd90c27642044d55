import type { TrainingPlan } from './training-plan.ts'
import { peftModules, trainerArguments } from './transformers-trainer.ts'
import type { TrainerPlaces } from './transformers-trainer.ts'

export interface LlamafactoryPaths extends TrainerPlaces {
  model: string
  /** Folder with the rows and dataset_info.json. */
  data: string
}

const dataset = 'rows'

/**
 * The configuration of "llamafactory-cli train" (its ModelArguments, DataArguments, TrainingArguments and FinetuningArguments), which is YAML, of
 * which JSON is a part. LLaMA-Factory has templates of its own, by names, which need not be the model's: it gets text that is laid out
 * already, and the template that puts nothing around it.
 */
export function llamafactoryConfig(plan: TrainingPlan, paths: LlamafactoryPaths, onProcessor: boolean): Record<string, unknown> {
  return {
    ...{ model_name_or_path: paths.model, stage: plan.method, do_train: true, dataset_dir: paths.data, dataset, template: 'empty' },
    ...{ finetuning_type: 'lora', lora_rank: plan.rank, lora_alpha: plan.alpha, lora_dropout: 0, lora_target: peftModules(plan).join(',') },
    ...{ cutoff_len: plan.contextLength, packing: false },
    ...trainerArguments(plan, paths, onProcessor),
    ...(onProcessor ? { infer_dtype: 'float32' } : {}),
    // Preferences are about answers alone.
    ...(plan.method === 'sft' ? { train_on_prompt: !plan.answersOnly } : {}),
  }
}

/** dataset_info.json: which fields of a row are what. */
export function datasetInfo({ method }: TrainingPlan): Record<string, unknown> {
  const [ranking, answers] = method === 'dpo' ? [true, { chosen: 'chosen', rejected: 'rejected' }] : [false, { response: 'answer' }]
  return { [dataset]: { file_name: 'rows.jsonl', formatting: 'alpaca', ranking, columns: { prompt: 'prompt', ...answers } } }
}
