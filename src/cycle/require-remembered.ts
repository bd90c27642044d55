import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { isMadeOf, PinnedItem } from '../dataset/pinned-item.ts'
import { GenesisError } from '../errors.ts'
import { readForgotten } from '../learnings/forgotten.ts'
import type { StepContext } from './run-step.ts'

/**
 * A learning may be forgotten while a cycle that was prepared with it is open: then nothing of that cycle may reach production.
 * @throws GenesisError GI-FORGOTTEN-INSIDE naming the learnings
 */
export async function requireRemembered(context: StepContext): Promise<void> {
  const forgotten = await readForgotten(context.home)
  if (forgotten.size === 0) return
  const linesOf = async (name: string): Promise<string[]> =>
    (await readFile(path.join(context.from('prepare'), name), 'utf8')).split('\n').filter((line) => line !== '')
  const rows = [...(await linesOf('train.jsonl')), ...(await linesOf('valid.jsonl'))].map(
    (line) => JSON.parse(line) as { id: string; source: string },
  )
  const items = (await linesOf('pinned.jsonl')).map((line) => PinnedItem.parse(JSON.parse(line)))
  const inside = [
    ...rows.filter(({ id, source }) => source === 'learning' && forgotten.has(id)).map(({ id }) => id),
    ...items.filter((item) => isMadeOf(item, forgotten)).flatMap(({ learningIds }) => learningIds.filter((id) => forgotten.has(id))),
  ]
  if (inside.length > 0) throw new GenesisError('GI-FORGOTTEN-INSIDE', { why: `forgotten: ${inside.slice(0, 3).join(', ')}` })
}
