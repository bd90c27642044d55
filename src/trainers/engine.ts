import type { Config } from '../config/schema.ts'
import { baseProblems } from '../engine/base-support.ts'
import { engineStatus } from '../engine/status.ts'
import type { Problem } from '../problem.ts'
import type { EngineTrainerOptions } from './engine-training.ts'
import type { Trainer } from './port.ts'

/** Trains on the embedded engine, inside `begin`. What it trains with is read when it trains: `status` wants no more than the preflight. */
export function engineTrainer(config: Pick<Config['trainer'], 'timeLimitHours' | 'nice'>, options: EngineTrainerOptions): Trainer {
  const training = async (): Promise<Omit<Trainer, 'name' | 'preflight' | 'fits'>> => {
    const { engineTraining } = await import('./engine-training.ts')
    return engineTraining(config, options)
  }
  return {
    name: 'engine',
    preflight: async (base) => {
      const check = async (): Promise<Problem[]> => await baseProblems(base.path)
      const ofBase = options.checkFile === undefined ? check() : options.checkFile('trainable', base.path, check)
      return [...(await engineStatus(options.engineDirectory)).problems, ...(await ofBase)]
    },
    fits: async (job) => {
      const { fitsTraining } = await import('../engine/plan.ts')
      return await fitsTraining(job)
    },
    estimate: async (...given) => await (await training()).estimate(...given),
    layout: async (...given) => await (await training()).layout(...given),
    begin: async (...given) => await (await training()).begin(...given),
    observe: async (...given) => await (await training()).observe(...given),
    cancel: async (...given) => await (await training()).cancel(...given),
  }
}
