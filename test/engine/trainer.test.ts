import { engineTrainer } from '../../src/trainers/engine.ts'
import { Config } from '../../src/config/schema.ts'
import { describeTrainerContract } from '../contract/trainer-contract.ts'
import { engine, smallJob } from './setup.ts'

describeTrainerContract('the trainer "engine"', async () => ({
  trainer: engineTrainer(Config.parse({}).trainer, engine),
  makeJob: () => smallJob(),
}))
