import type { Config } from '../config/schema.ts'
import { commandTrainer } from './command.ts'
import { engineTrainer } from './engine.ts'
import { mlxProgram } from './mlx.ts'
import type { Trainer, TrainerSurroundings } from './port.ts'
import { programTrainer } from './program-trainer.ts'
import { pythonRecipe } from './python-recipe.ts'
import { trlProgram } from './trl.ts'

type TrainerConfig = Config['trainer']

/** Every trainer by its kind in the configuration. */
export const trainers = {
  engine: engineTrainer,
  command: commandTrainer,
  mlx: (config, around) => programTrainer(pythonRecipe(mlxProgram, config, around), config),
  trl: (config, around) => programTrainer(pythonRecipe(trlProgram, config, around), config),
} satisfies Record<TrainerConfig['kind'], (config: TrainerConfig, surroundings: TrainerSurroundings) => Trainer>
