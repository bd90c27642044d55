import type { Config } from '../config/schema.ts'
import { commandTrainer } from './command.ts'
import { engineTrainer } from './engine.ts'
import type { Trainer, TrainerSurroundings } from './port.ts'

type TrainerConfig = Config['trainer']

/** Every trainer by its kind in the configuration. */
export const trainers = { engine: engineTrainer, command: commandTrainer } satisfies Record<
  TrainerConfig['kind'],
  (config: TrainerConfig, surroundings: TrainerSurroundings) => Trainer
>
