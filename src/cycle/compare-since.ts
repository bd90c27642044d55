import type { Config } from '../config/schema.ts'
import { gradersFrom } from '../dataset/graded-by.ts'
import type { GradedBy } from '../dataset/graded-by.ts'
import { questionDigest } from '../dataset/text-key.ts'
import { checkItem } from '../evaluation/graders.ts'
import type { EvaluationItem } from '../evaluation/item.ts'
import type { Learning } from '../learnings/learning.ts'
import { readLearnings } from '../learnings/reading.ts'
import type { ModelLocation } from '../runtimes/port.ts'
import { readRelease } from '../serving/release-files.ts'
import { baseModelName } from '../state/state.ts'
import type { State } from '../state/state.ts'
import { locateModel } from './baseline.ts'
import { scoreModel } from './score-model.ts'
import { shareOf } from './share-of.ts'
import { usableBase } from './usable-base.ts'
import type { Workshop } from './parts.ts'

export interface Comparison {
  /** Gain in live accuracy of the model before over the current one, on what was recorded since. */
  estimate: number
  /** One sentence. */
  text: string
}

/** Newest of each kind that are asked. */
const mostItems = 200

/** Lets the model before and the current one answer what was corrected and accepted since the deployment; null when nothing of it can be an item. */
export async function compareSince(workshop: Workshop, config: Config, { current_model: release }: State): Promise<Comparison | null> {
  const record = await readRelease(workshop.home, release)
  const { failed, accepted } = await recordedSince(workshop, record?.deployedAt ?? null, gradersFrom(config.dataset.graders))
  if (failed.length + accepted.length === 0) return null
  const base = await usableBase(workshop, config)
  const { serving } = await workshop.parts(config)
  const previous = record?.previous ?? baseModelName
  const before = await locateModel(serving, previous, base)
  const after = await locateModel(serving, release, base)
  const onFailed = await difference(workshop, config, failed, before, after)
  const onAccepted = await difference(workshop, config, accepted, before, after)
  // The share of all outcomes, however many of them are asked.
  const { value } = await shareOf(workshop, config)
  const estimate = value * onFailed + (1 - value) * onAccepted
  const text = `On ${failed.length} corrections and ${accepted.length} accepted answers since, ${previous} is estimated ${points(estimate)} than it.`
  return { estimate, text }
}

const points = (gain: number): string => `${Math.abs(100 * gain).toFixed(1)} points ${gain > 0 ? 'better' : 'worse'}`

async function recordedSince(
  workshop: Workshop,
  since: string | null,
  gradedBy: GradedBy,
): Promise<{ failed: EvaluationItem[]; accepted: EvaluationItem[] }> {
  const failed = new Map<string, EvaluationItem>()
  const accepted = new Map<string, EvaluationItem>()
  for await (const { learning } of readLearnings(workshop.home)) {
    const item = learning.at !== null && (since === null || learning.at > since) ? itemOf(learning, gradedBy) : null
    if (item === null) continue
    const items = learning.kind === 'success' ? accepted : failed
    // The newest last, whatever was there for the same question.
    const question = questionDigest(item.context, item.input)
    items.delete(question)
    items.set(question, item)
  }
  const newest = (items: Map<string, EvaluationItem>): EvaluationItem[] => [...items.values()].slice(-mostItems)
  return { failed: newest(failed), accepted: newest(accepted) }
}

function itemOf({ id, input, context, wanted, category }: Learning, gradedBy: GradedBy): EvaluationItem | null {
  if (input === null || wanted === null) return null
  const item = { id, input, context, expected: wanted, grader: gradedBy({ category, expected: wanted }), category }
  return checkItem(item).length === 0 ? item : null
}

/** Mean score of the model before, minus that of the current one. */
async function difference(
  workshop: Workshop,
  config: Config,
  items: readonly EvaluationItem[],
  before: ModelLocation,
  after: ModelLocation,
): Promise<number> {
  if (items.length === 0) return 0
  const { runtime } = await workshop.parts(config)
  const meanOf = async (model: ModelLocation): Promise<number> => {
    const scored = await scoreModel(workshop, { config, runtime }, model, items)
    return scored.reduce((sum, { score }) => sum + score, 0) / items.length
  }
  return (await meanOf(before)) - (await meanOf(after))
}
