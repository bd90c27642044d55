import { asLines } from './dataset-rows.ts'
import type { DatasetRows } from './dataset-rows.ts'
import type { PythonProgram } from './python-recipe.ts'
import type { TrainingPlan } from './training-plan.ts'
import { readTrainerLine, trainerCaches, trainerPlaces } from './transformers-trainer.ts'
import { trlConfig } from './trl-config.ts'
import { trlKeys } from './trl-keys.ts'

/** Training with TRL's "trl sft" and "trl dpo". */
export const trlProgram: PythonProgram = {
  ...{ name: 'trl', keys: trlKeys, fillsCards: true, takesText: false },
  prepare: ({ plan, rows, paths, kept, extra, onProcessor }) => {
    const places = trainerPlaces({ paths, kept })
    const settings = trlConfig(plan, { ...places, model: paths.model, data: `${paths.dataset}/trl/rows.jsonl` }, onProcessor)
    return {
      args: ['-m', `trl.scripts.${plan.method}`, '--config', `${paths.dataset}/trl.json`],
      set: trainerCaches(paths.dataset),
      files: {
        'trl.json': `${JSON.stringify({ ...settings, ...extra }, null, 2)}\n`,
        'trl/rows.jsonl': asLines(rowsFor(plan, rows)),
      },
      attempt: places.attempt,
    }
  },
  read: readTrainerLine,
}

/** Rows in the shape by which TRL knows what counts in the loss. */
function rowsFor({ method, answersOnly }: TrainingPlan, { train, preferences }: DatasetRows): unknown[] {
  if (method === 'dpo') return preferences
  if (!answersOnly) return train
  return train.map(({ messages }) => ({ prompt: messages.slice(0, -1), completion: messages.slice(-1) }))
}
