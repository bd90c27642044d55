import { asLines } from './dataset-rows.ts'
import type { DatasetRows } from './dataset-rows.ts'
import { datasetInfo, llamafactoryConfig } from './llamafactory-config.ts'
import { llamafactoryKeys } from './llamafactory-keys.ts'
import type { Preparation, PythonProgram } from './python-recipe.ts'
import { readTrainerLine, trainerCaches, trainerPlaces } from './transformers-trainer.ts'
import type { TrainingPlan } from './training-plan.ts'

/** Training with LLaMA-Factory's "llamafactory-cli train", stages sft and dpo. */
export const llamafactoryProgram: PythonProgram = {
  ...{ name: 'llamafactory', keys: llamafactoryKeys, fillsCards: true, takesText: true },
  prepare: ({ plan, rows, paths, kept, extra, onProcessor, textOf }) => {
    const places = trainerPlaces({ paths, kept })
    const data = `${paths.dataset}/llamafactory`
    const settings = llamafactoryConfig(plan, { ...places, model: paths.model, data }, onProcessor)
    return {
      // What "llamafactory-cli train" does in one process. It takes .json for JSON, and then fails to read it.
      args: ['-m', 'llamafactory.launcher', `${paths.dataset}/llamafactory.yaml`],
      set: { ...trainerCaches(paths.dataset), LLAMAFACTORY_VERBOSITY: 'WARN' },
      files: {
        'llamafactory.yaml': `${JSON.stringify({ ...settings, ...extra }, null, 2)}\n`,
        'llamafactory/dataset_info.json': `${JSON.stringify(datasetInfo(plan))}\n`,
        'llamafactory/rows.jsonl': asLines(rowsFor(plan, rows, textOf)),
      },
      attempt: places.attempt,
    }
  },
  read: readTrainerLine,
}

/** Rows of text that is laid out already. */
function rowsFor({ method }: TrainingPlan, { train, preferences }: DatasetRows, textOf: Preparation['textOf']): unknown[] {
  if (method === 'sft') return train.map(({ messages }) => textOf(messages))
  return preferences.map(({ prompt, chosen, rejected }) => {
    const wanted = textOf([...prompt, ...chosen])
    return { prompt: wanted.prompt, chosen: wanted.answer, rejected: textOf([...prompt, ...rejected]).answer }
  })
}
