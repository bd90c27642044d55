import type { Config } from '../config/schema.ts'
import { engineTrainer } from './engine.ts'
import type { Trainer } from './port.ts'

type TrainerConfig = Config['trainer']

/** What trainers need beside their configuration. */
export interface TrainerSurroundings {
  engineDirectory: string
}

/** Every trainer by its kind in the configuration. */
export const trainers = { engine: engineTrainer } satisfies Record<
  TrainerConfig['kind'],
  (config: TrainerConfig, surroundings: TrainerSurroundings) => Trainer
>
