import { Config } from '../../src/config/schema.ts'
import { engineTrainer } from '../../src/trainers/engine.ts'
import type { EngineTrainerOptions } from '../../src/trainers/engine-training.ts'
import type { TrainingJob } from '../../src/trainers/port.ts'

/** Trains the job in its argument and says each step; a process of its own, for tests that kill it. */
const { job, engine } = JSON.parse(process.argv[2] ?? '') as { job: TrainingJob; engine: EngineTrainerOptions }
const stop = new AbortController()
process.on('SIGTERM', () => stop.abort())
const trainer = engineTrainer(Config.parse({}).trainer, engine)
try {
  await trainer.begin(job, ({ step }) => process.stdout.write(`step ${step}\n`), stop.signal)
} catch (error) {
  process.stdout.write(`${(error as { code?: string }).code ?? String(error)}\n`)
}
