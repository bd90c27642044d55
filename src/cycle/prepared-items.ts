import path from 'node:path'
import { PinnedItem } from '../dataset/pinned-item.ts'
import { readJsonLines } from '../state/json-lines.ts'

/** The items that a cycle is judged by, as its step `prepare` left them in this directory. */
export async function readPreparedItems(prepared: string): Promise<PinnedItem[]> {
  return (await readJsonLines(path.join(prepared, 'pinned.jsonl'))).map((item) => PinnedItem.parse(item))
}
