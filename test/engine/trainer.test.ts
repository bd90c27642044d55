import { trainers } from '../../src/trainers/index.ts'
import { Config } from '../../src/config/schema.ts'
import { describeTrainerContract } from '../contract/trainer-contract.ts'
import { engine, smallJob } from './setup.ts'

describeTrainerContract('the trainer "engine"', async () => ({
  trainer: trainers.engine(Config.parse({}).trainer, engine),
  makeJob: () => smallJob(),
}))
