import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { Stratum } from '../evaluation/item.ts'

/** One model's answer to one pinned item, as kept in prepare/baseline.jsonl and evaluate/*.jsonl; also what `gate judge` reads. */
export const JudgedItem = z.object({
  id: z.string(),
  stratum: Stratum,
  category: z.string(),
  /** Near-duplicates among the pinned items name the same cluster. */
  cluster: z.string().optional(),
  score: z.number().min(0).max(1),
  input: z.string(),
  expected: z.string(),
  answer: z.string(),
})
export type JudgedItem = z.infer<typeof JudgedItem>

export async function readJudgedItems(file: string): Promise<JudgedItem[]> {
  const text = await readFile(file, 'utf8')
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JudgedItem.parse(JSON.parse(line)))
}
