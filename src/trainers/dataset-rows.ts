import path from 'node:path'
import { z } from 'zod'
import { GenesisError } from '../errors.ts'
import { ChatMessage } from '../learnings/learning.ts'
import { readTextIfPresent } from '../state/files.ts'
import type { TrainingJob } from './port.ts'

/** A conversation that ends with the answer to be learned. */
const Conversation = z.object({ messages: z.array(ChatMessage).min(2) })
export type Conversation = z.infer<typeof Conversation>

/** A wanted and a wrong answer to the same question. */
const Pair = z.object({ prompt: z.array(ChatMessage).min(1), chosen: z.array(ChatMessage).min(1), rejected: z.array(ChatMessage).min(1) })
export type Pair = z.infer<typeof Pair>

/** What a job is trained on, without the ids. */
export interface DatasetRows {
  train: Conversation[]
  valid: Conversation[]
  preferences: Pair[]
}

/** Reads `trainFile` and those beside it, which may be missing. Throws GI-TRAINER-FAILED for a row of another shape, or when there is none. */
export async function readDatasetRows({ trainFile }: Pick<TrainingJob, 'trainFile'>): Promise<DatasetRows> {
  const rowsIn = async <Row>(name: string, shape: z.ZodType<Row>): Promise<Row[]> => {
    const text = (await readTextIfPresent(path.join(path.dirname(trainFile), name))) ?? ''
    return text.split('\n').flatMap((line, index) => (line.trim() === '' ? [] : [rowOf(line, shape, `line ${index + 1} of ${name}`)]))
  }
  const train = await rowsIn('train.jsonl', Conversation)
  if (train.length === 0) throw changed('train.jsonl', 'there is nothing in it')
  return {
    train,
    valid: await rowsIn('valid.jsonl', Conversation),
    preferences: await rowsIn('preferences.jsonl', Pair),
  }
}

function rowOf<Row>(line: string, shape: z.ZodType<Row>, place: string): Row {
  const parsed = shape.safeParse(jsonOf(line, place))
  if (parsed.success) return parsed.data
  const issues = parsed.error.issues.map(({ path: field, message }) => `${field.join('.')}: ${message}`)
  throw changed(place, issues[0] ?? 'it is no row')
}

function jsonOf(line: string, place: string): unknown {
  try {
    return JSON.parse(line)
  } catch (error) {
    if (error instanceof SyntaxError) throw changed(place, 'it is not JSON')
    throw error
  }
}

const changed = (place: string, why: string): GenesisError =>
  new GenesisError('GI-TRAINER-FAILED', {
    what: 'The training data is not as it was prepared.',
    why: `${place}: ${why}`,
    remedy: 'Run "genesis-improve trigger" to open a new cycle.',
  })

export const asLines = (rows: readonly unknown[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('')

/** The rows, and the first of them again, so that a trainer that takes whole batches only leaves none out. */
export function filledUp<Row>(rows: readonly Row[], batchSize: number): Row[] {
  const missing = rows.length === 0 ? 0 : (batchSize - (rows.length % batchSize)) % batchSize
  return [...rows, ...Array.from({ length: missing }, (_, index) => rows[index % rows.length] as Row)]
}
