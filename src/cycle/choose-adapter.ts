import { rm } from 'node:fs/promises'
import path from 'node:path'
import { requireUntrained } from '../dataset/require-untrained.ts'
import { rowOfItem, validationFile, ValidationItem } from '../dataset/validation-items.ts'
import { mergeLora } from '../gguf/merge.ts'
import { makeDirectory, readTextIfPresent } from '../state/files.ts'
import { jsonLinesOf } from '../state/json-lines.ts'
import { chooseTrial, isAdapterChosen, itemsNeeded, scalesTried } from '../tuning/choose-trial.ts'
import type { Trial, Tuning } from '../tuning/tuning.ts'
import { answerPinned } from './answer-pinned.ts'
import { locateModel } from './baseline.ts'
import { releaseNameOf } from './cycle-directory.ts'
import { keptAdapters } from './kept-adapters.ts'
import type { KeptAdapter } from './kept-adapters.ts'
import { readPreparedItems } from './prepared-items.ts'
import { asNumber } from './result.ts'
import type { StepContext } from './run-step.ts'

/** What is merged: an adapter and its scale, and how they were chosen; `tuning` is null where there was nothing to choose. */
export interface ChosenAdapter {
  adapter: KeptAdapter
  scale: number
  tuning: Tuning | null
}

/**
 * Chooses among the kept checkpoints, then the scale of the best one, by how each answers the questions that `prepare` set aside. Every trial is the merged
 * model in the cycle's runtime, one file at a time; answers are cached, so that a step that runs again asks nothing twice.
 * @throws GenesisError GI-HELD-OUT-LEAK before anything is asked, when one of the questions is a pinned item or resembles one
 */
export async function chooseAdapter(context: StepContext): Promise<ChosenAdapter> {
  const { loraScale } = context.cycle.config.trainer
  const kept = keptAdapters(context)
  const last = lastOf(kept)
  const first = loraScale === 'auto' ? scalesTried[0] : loraScale
  if (!isAdapterChosen(context.cycle.config.trainer)) return { adapter: last, scale: first, tuning: null }

  const items = await usableItems(context)
  const counts = { corrections: countOf(items, 'correction'), retention: countOf(items, 'retention') }
  const problem = tooFew(counts)
  if (problem !== null) return { adapter: last, scale: first, tuning: { ...counts, trials: [], problem } }

  const { value: share } = context.resultOf('prepare')['failureShare'] as { value: unknown }
  const choose = (trials: readonly Trial[]): Trial => chooseTrial(trials, asNumber(share))
  const trials: Trial[] = []
  for (const adapter of kept) trials.push(await attempt(context, adapter, first, items))
  const adapter = kept.find(({ step }) => step === choose(trials).step) ?? last
  const others = loraScale === 'auto' ? scalesTried.slice(1) : []
  for (const scale of others) trials.push(await attempt(context, adapter, scale, items))
  const { scale } = choose(trials.filter(({ step }) => step === adapter.step))
  return { adapter, scale, tuning: { ...counts, trials } }
}

function lastOf(kept: readonly KeptAdapter[]): KeptAdapter {
  const last = kept.at(-1)
  if (last === undefined) throw new Error('The training left no adapter.')
  return last
}

const countOf = (items: readonly ValidationItem[], kind: ValidationItem['kind']): number =>
  items.filter((item) => item.kind === kind).length

function tooFew({ corrections, retention }: Pick<Tuning, 'corrections' | 'retention'>): string | null {
  if (corrections >= itemsNeeded.correction && retention >= itemsNeeded.retention) return null
  return `${corrections} corrections and ${retention} retention questions are set aside; at least ${itemsNeeded.correction} and ${itemsNeeded.retention} are needed to choose by`
}

/** The questions set aside, without those that the model in production fails: what it doesn't know it can't forget. */
async function usableItems(context: StepContext): Promise<ValidationItem[]> {
  const { cycle, made } = context
  const text = await readTextIfPresent(path.join(context.from('prepare'), validationFile))
  const items = jsonLinesOf(text ?? '').map((line) => ValidationItem.parse(line))
  requireUntrained(
    items.map(rowOfItem),
    await readPreparedItems(context.from('prepare')),
    'A question to choose by is held out for the gate.',
  )
  const retention = items.filter(({ kind }) => kind === 'retention')
  const baseline = await locateModel(made.serving, cycle.baseline, cycle.base)
  const known = new Set<string>()
  for (const { id, score } of await answerPinned(context, baseline, retention, stratum, 'the baseline')) if (score === 1) known.add(id)
  return items.filter(({ id, kind }) => kind === 'correction' || known.has(id))
}

const stratum = ({ kind }: ValidationItem): 'gate' | 'retention' => (kind === 'correction' ? 'gate' : 'retention')

async function attempt(context: StepContext, { file, step }: KeptAdapter, scale: number, items: readonly ValidationItem[]): Promise<Trial> {
  const { cycle, made } = context
  const who = `checkpoint ${step} at scale ${scale}`
  const directory = path.join(context.directory, 'trial')
  const output = path.join(directory, 'model.gguf')
  await makeDirectory(directory)
  try {
    context.progress(`merging ${who}`)
    const { digest } = await mergeLora({ base: cycle.base.path, adapter: file, output, scale })
    const scored = await made.serving.tryOut(
      releaseNameOf(cycle.id),
      { path: output, digest },
      async (model) => await answerPinned(context, model, items, stratum, who),
    )
    const mean = (which: 'gate' | 'retention'): number => {
      const rows = scored.filter((row) => row.stratum === which)
      return rows.reduce((sum, { score }) => sum + score, 0) / rows.length
    }
    return { step, scale, correction: mean('gate'), retention: mean('retention') }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}
