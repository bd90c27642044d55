import path from 'node:path'
import { isMadeOf } from '../dataset/pinned-item.ts'
import type { TrainingRow } from '../dataset/rows.ts'
import { GenesisError } from '../errors.ts'
import { readForgotten } from '../learnings/forgotten.ts'
import { readJsonLines } from '../state/json-lines.ts'
import { readPreparedItems } from './prepared-items.ts'
import type { StepContext } from './run-step.ts'

/**
 * A learning may be forgotten while a cycle that was prepared with it is open: then nothing of that cycle may reach production.
 * @throws GenesisError GI-FORGOTTEN-INSIDE naming the learnings
 */
export async function requireRemembered(context: StepContext): Promise<void> {
  const forgotten = await readForgotten(context.home)
  if (forgotten.size === 0) return
  const prepared = context.from('prepare')
  const rowsOf = async (name: string): Promise<TrainingRow[]> => await readJsonLines(path.join(prepared, name))
  const rows = [...(await rowsOf('train.jsonl')), ...(await rowsOf('valid.jsonl'))]
  const items = await readPreparedItems(prepared)
  const inside = [
    ...rows.filter(({ id, source }) => source === 'learning' && forgotten.has(id)).map(({ id }) => id),
    ...items.filter((item) => isMadeOf(item, forgotten)).flatMap(({ learningIds }) => learningIds.filter((id) => forgotten.has(id))),
  ]
  if (inside.length > 0) throw new GenesisError('GI-FORGOTTEN-INSIDE', { why: `forgotten: ${inside.slice(0, 3).join(', ')}` })
}
