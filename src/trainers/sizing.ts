/** What is known before a training of a Hugging Face folder. */
export interface TrainingSize {
  /** Parameters of the model. */
  parameters: number
  /** Examples (or pairs) to train on. */
  rows: number
}

export interface SizedSettings {
  learningRate: number
  epochs: number
  contextLength: number
  batchSize: number
  accumulation: number
}

/** Of a tiny model each weight has to change more; the others are those of QLoRA (Dettmers et al. 2023, table 9). */
const learningRates = [
  { below: 100e6, rate: 1e-3 },
  { below: 20e9, rate: 2e-4 },
  { below: Infinity, rate: 1e-4 },
]
/** Examples that are worked on at once: as many as a graphics card that holds the model has room for, roughly. */
const batchSizes = [
  { below: 1e9, size: 4 },
  { below: 7e9, size: 2 },
  { below: Infinity, size: 1 },
]
/** Examples behind one step: few of few, so that there are steps enough; 16 of many (QLoRA). */
const stepSizes = [
  { below: 64, size: 4 },
  { below: 1000, size: 8 },
  { below: Infinity, size: 16 },
]
/** Steps below which little is learned. */
const fewestSteps = 60
const usualEpochs = 2
const mostEpochs = 5

/** The settings that are left out, by the model's size and the number of examples. docs/training.md explains them. */
export function sizedSettings({ parameters, rows }: TrainingSize): SizedSettings {
  const perStep = firstAbove(stepSizes, rows).size
  const batchSize = Math.min(firstAbove(batchSizes, parameters).size, perStep)
  const wantedEpochs = Math.ceil((fewestSteps * perStep) / Math.max(1, rows))
  return {
    learningRate: firstAbove(learningRates, parameters).rate,
    epochs: Math.min(mostEpochs, Math.max(usualEpochs, wantedEpochs)),
    contextLength: 1024,
    batchSize,
    accumulation: perStep / batchSize,
  }
}

function firstAbove<Entry extends { below: number }>(table: readonly Entry[], value: number): Entry {
  const found = table.find(({ below }) => value < below)
  if (found === undefined) throw new Error(`no entry for ${value}`)
  return found
}
