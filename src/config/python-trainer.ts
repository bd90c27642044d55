import { z } from 'zod'
import { described, wholeNumber } from './schema-parts.ts'

/** Trainers that are Python programs, and train on a Hugging Face folder. */
export const pythonTrainers = ['mlx', 'trl', 'llamafactory'] as const
export type PythonTrainer = (typeof pythonTrainers)[number]

/** Their settings. None has a default here: what is left out depends on the model's size and the number of examples. */
export const pythonTrainerSettings = {
  model: described(
    z.string().min(1).optional(),
    'Folder with the base as Hugging Face has it; for kinds "mlx", "trl" and "llamafactory", as all up to "extra". Relative to the home.',
  ),
  python: described(
    z.string().min(1).optional(),
    'Python of an environment of yours that has the trainer; left out, of the one that "trainer install" makes. Relative to the home; with trainer.runner the absolute path of the machine where it runs.',
  ),
  method: described(
    z.enum(['sft', 'dpo']).optional(),
    '"sft" (the default) learns the wanted answers; "dpo" learns to prefer them to the wrong ones, from preference pairs. MLX has "sft" only.',
  ),
  steps: described(wholeNumber(1, 1e7).optional(), 'Training steps, instead of epochs.'),
  batchSize: described(wholeNumber(1, 1024).optional(), 'Examples that are worked on at once; left out, by the size of the model.'),
  accumulation: described(wholeNumber(1, 1024).optional(), 'Batches that make one step; left out, by the number of examples.'),
  schedule: described(
    z.enum(['cosine', 'linear', 'constant']).optional(),
    'How the learning rate goes from its peak to its end; left out, "cosine".',
  ),
  lossOn: described(
    z.enum(['answers', 'everything']).optional(),
    'What is learned: the answers alone, which is the default, or the questions too.',
  ),
  extra: described(
    z.record(z.string(), z.json()).optional(),
    'More settings of the trainer, by its own names: {"optimizer": "adamw"}. Unknown ones are refused.',
  ),
}
