import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { readBuiltinRetention } from '../../dataset/builtin-retention.ts'
import type { DatasetInput } from '../../dataset/plan.ts'
import { readItems } from '../../evaluation/read-items.ts'
import type { Learning } from '../../learnings/learning.ts'
import { readDecisions, readPinned } from '../held-out-files.ts'
import type { StepContext } from '../run-step.ts'

/** Everything the dataset is made from: the snapshot, and what stands in the home. */
export async function readDatasetInput(context: StepContext): Promise<DatasetInput> {
  const { home, cycle, made } = context
  const collected = (await readRows<Learning>(path.join(context.from('collect'), 'learnings.jsonl'))).reverse()
  return {
    cycle: cycle.id,
    release: cycle.baseline,
    learnings: collected.filter(({ kind }) => kind !== 'success'),
    successes: collected.filter(({ kind }) => kind === 'success'),
    corpus: await readRows(path.join(context.from('collect'), 'corpus.jsonl')),
    userGate: (await readItems(home.userGate)).items,
    userRetention: (await readItems(home.userRetention)).items,
    builtin: await readBuiltinRetention(),
    pinned: await readPinned(home.pinned),
    simulatedPinned: await readPinned(home.simulatedPinned),
    decisions: await readDecisions(home.holdoutDecisions),
    settings: cycle.config.dataset,
    fits: await made.trainer.fits?.({ base: cycle.base, settings: cycle.config.trainer }),
  }
}

async function readRows<Row>(file: string): Promise<Row[]> {
  return (await readFile(file, 'utf8'))
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row)
}
