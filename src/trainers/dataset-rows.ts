import path from 'node:path'
import { readTextIfPresent } from '../state/files.ts'
import type { TrainingJob } from './port.ts'

/** The dataset of a job as lines of JSON, without their line ends. */
export interface DatasetRows {
  train: string[]
  valid: string[]
  /** Pairs of a wanted and a wrong answer. */
  preferences: string[]
}

export async function readDatasetRows({ trainFile }: Pick<TrainingJob, 'trainFile'>): Promise<DatasetRows> {
  const linesIn = async (name: string): Promise<string[]> => {
    const text = (await readTextIfPresent(path.join(path.dirname(trainFile), name))) ?? ''
    return text.split('\n').filter((line) => line.trim() !== '')
  }
  return { train: await linesIn('train.jsonl'), valid: await linesIn('valid.jsonl'), preferences: await linesIn('preferences.jsonl') }
}

export const asLines = (rows: readonly string[]): string => rows.map((row) => `${row}\n`).join('')

/** The rows, and the first of them again, so that a trainer that takes whole batches only leaves none out. */
export function filledUp(rows: readonly string[], batchSize: number): string[] {
  const missing = (batchSize - (rows.length % batchSize)) % batchSize
  return [...rows, ...Array.from({ length: missing }, (_, index) => rows[index % rows.length] ?? '')]
}
