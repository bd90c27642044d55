import type { Config } from '../config/schema.ts'
import { usualLearningRate } from '../config/trainer.ts'
import type { TrainingSettings } from './port.ts'

/** What the embedded engine and programs of the user's get where the configuration says nothing. */
const defaults = { learningRate: usualLearningRate, epochs: 2, contextLength: 256 }

/** The settings of a training, whole. */
export function trainingSettings(trainer: Config['trainer']): TrainingSettings {
  const { rank, alpha, targetModules, minimumLearningRate, seed } = trainer
  return {
    ...{ rank, alpha, targetModules: [...targetModules], minimumLearningRate, seed },
    learningRate: trainer.learningRate ?? defaults.learningRate,
    epochs: trainer.epochs ?? defaults.epochs,
    contextLength: trainer.contextLength ?? defaults.contextLength,
  }
}
