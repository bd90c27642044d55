import type { CorpusEntry } from '../corpora/port.ts'
import type { ChatMessage } from '../learnings/learning.ts'
import type { Example } from './curate.ts'
import { compareText, drawOf } from './text-key.ts'

/** One line of train.jsonl and valid.jsonl; the last message is the answer to learn. */
export interface TrainingRow {
  id: string
  source: 'learning' | 'corpus'
  messages: ChatMessage[]
}

export function rowOfExample({ id, context, input, wanted }: Example): TrainingRow {
  return { id, source: 'learning', messages: conversation(context, input, wanted) }
}

export function rowOfEntry({ id, context = [], input, output }: CorpusEntry): TrainingRow {
  return { id, source: 'corpus', messages: conversation(context, input, output) }
}

function conversation(context: readonly ChatMessage[], input: string, answer: string): ChatMessage[] {
  const before = context.map(({ role, content }) => ({ role, content }))
  return [...before, { role: 'user', content: input }, { role: 'assistant', content: answer }]
}

/**
 * Sets a share of the rows of each source aside, and mixes learnings and corpus, both by seeded digests of the rows' ids: independent of the order
 * given. Never leaves nothing to train on.
 */
export function splitRows(
  rows: readonly TrainingRow[],
  validationShares: Record<TrainingRow['source'], number>,
  seed: number,
): { train: TrainingRow[]; valid: TrainingRow[] } {
  const drawn = rows.map((row) => ({ row, key: `${row.source} ${row.id}` }))
  const ordered = drawn
    .map(({ row, key }) => ({ row, key, order: drawOf(`order ${seed}`, key), split: drawOf(`valid ${seed}`, key) }))
    .sort((left, right) => left.order - right.order || compareText(left.key, right.key))
  const train = ordered.filter(({ row, split }) => split >= validationShares[row.source]).map(({ row }) => row)
  const valid = ordered.filter(({ row, split }) => split < validationShares[row.source]).map(({ row }) => row)
  return train.length > 0 ? { train, valid } : { train: valid, valid: [] }
}

export function renderJsonl(rows: readonly unknown[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('')
}
