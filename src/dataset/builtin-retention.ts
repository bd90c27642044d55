import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { EvaluationItem } from '../evaluation/item.ts'
import { packageRoot } from '../system/package-root.ts'

/** The packaged retention items (data/retention-general.jsonl), which `planDataset` takes as `builtin`. */
export async function readBuiltinRetention(): Promise<EvaluationItem[]> {
  const text = await readFile(path.join(packageRoot(), 'data', 'retention-general.jsonl'), 'utf8')
  const lines = text.split('\n').filter((line) => line !== '')
  return lines.map((line) => EvaluationItem.parse(JSON.parse(line)))
}
