import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { z } from 'zod'
import { readBuiltinRetention } from '../../dataset/builtin-retention.ts'
import { HoldoutDecision } from '../../dataset/decision.ts'
import { PinnedItem } from '../../dataset/pinned-item.ts'
import type { DatasetInput } from '../../dataset/plan.ts'
import { parseJson } from '../../evaluation/json-equal.ts'
import { readItems } from '../../evaluation/read-items.ts'
import type { Learning } from '../../learnings/learning.ts'
import { readTextIfPresent } from '../../state/files.ts'
import type { StepContext } from '../run-step.ts'

/** Everything the dataset is made from: the snapshot, and what stands in the home. */
export async function readDatasetInput(context: StepContext): Promise<DatasetInput> {
  const { home, cycle } = context
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
    pinned: await readChecked(home.pinned, PinnedItem),
    simulatedPinned: await readChecked(home.simulatedPinned, PinnedItem),
    decisions: await readDecisions(home.holdoutDecisions),
    settings: cycle.config.dataset,
  }
}

async function readRows<Row>(file: string): Promise<Row[]> {
  return (await readFile(file, 'utf8'))
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row)
}

/** This file is appended to: a line that a crash or a full disk cut short never took effect. */
async function readDecisions(file: string): Promise<HoldoutDecision[]> {
  return ((await readTextIfPresent(file)) ?? '').split('\n').flatMap((line) => {
    const value = parseJson(line)
    return value === undefined ? [] : [HoldoutDecision.parse(value)]
  })
}

async function readChecked<Schema extends z.ZodType>(file: string, schema: Schema): Promise<z.infer<Schema>[]> {
  const text = (await readTextIfPresent(file)) ?? ''
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => schema.parse(JSON.parse(line)))
}
