import path from 'node:path'
import type { Corpus, CorpusEntry } from '../corpora/port.ts'
import { GenesisError } from '../errors.ts'
import type { TrainingRow } from '../dataset/rows.ts'
import { readJsonLines } from '../state/json-lines.ts'
import type { StepContext } from './run-step.ts'
import type { WrittenBack } from './step-summary.ts'

/** Puts what the deployed model has learned into the corpus, so that a later one replays it. It is the dataset's rows, as they were trained on. */
export async function writeBack(context: StepContext): Promise<WrittenBack | null> {
  const { corpus } = context.made
  if (!context.cycle.config.corpus.writeBack || corpus.write === undefined) return null
  const entries = await learnedEntries(context)
  return await written(corpus.write.bind(corpus), entries)
}

/** A corpus that is away must not hold up what is deployed already. */
async function written(write: NonNullable<Corpus['write']>, entries: readonly CorpusEntry[]): Promise<WrittenBack> {
  try {
    await write(entries)
    return { entries: entries.length }
  } catch (error) {
    if (!(error instanceof GenesisError) || error.code === 'GI-BUG') throw error
    return { entries: 0, problem: error.why === undefined ? error.what : `${error.what} (${error.why})` }
  }
}

/** Exchanges with turns before them are left out: an entry of a collection has no place for those. */
async function learnedEntries(context: StepContext): Promise<CorpusEntry[]> {
  const categories = new Map(
    (await readJsonLines<{ id: string; category: string }>(path.join(context.from('collect'), 'learnings.jsonl'))).map((row) => [
      row.id,
      row.category,
    ]),
  )
  const rows = [
    ...(await readJsonLines<TrainingRow>(path.join(context.from('prepare'), 'train.jsonl'))),
    ...(await readJsonLines<TrainingRow>(path.join(context.from('prepare'), 'valid.jsonl'))),
  ]
  return rows.flatMap(({ id, source, messages }) => {
    const [asked, answer] = messages
    if (source !== 'learning' || messages.length !== 2 || asked === undefined || answer === undefined) return []
    return [{ id: `learning ${id}`, input: asked.content, output: answer.content, category: categories.get(id) ?? 'general' }]
  })
}
