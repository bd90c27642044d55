import type { Config } from '../config/schema.ts'
import type { Trainer, TrainerSurroundings } from './port.ts'
import type { PythonProgram } from './python-recipe.ts'

type TrainerConfig = Config['trainer']
type TrainerFactory = (config: TrainerConfig, surroundings: TrainerSurroundings) => Promise<Trainer>

/** Every trainer by its kind in the configuration. Only the one that is asked for is read: all of them together take longer than a look. */
export const trainers = {
  engine: async (config, around) => (await import('./engine.ts')).engineTrainer(config, around),
  command: async (config, around) => (await import('./command.ts')).commandTrainer(config, around),
  mlx: async (config, around) => await pythonTrainer((await import('./mlx.ts')).mlxProgram, config, around),
  trl: async (config, around) => await pythonTrainer((await import('./trl.ts')).trlProgram, config, around),
  llamafactory: async (config, around) => await pythonTrainer((await import('./llamafactory.ts')).llamafactoryProgram, config, around),
} satisfies Record<TrainerConfig['kind'], TrainerFactory>

async function pythonTrainer(program: PythonProgram, config: TrainerConfig, around: TrainerSurroundings): Promise<Trainer> {
  const [{ programTrainer }, { pythonRecipe }] = await Promise.all([import('./program-trainer.ts'), import('./python-recipe.ts')])
  return programTrainer(pythonRecipe(program, config, around), config)
}
