import path from 'node:path'
import { stratumOf } from '../../dataset/pinned-item.ts'
import type { PinnedItem } from '../../dataset/pinned-item.ts'
import { planDataset } from '../../dataset/plan.ts'
import type { DatasetInput } from '../../dataset/dataset-input.ts'
import type { DatasetPlan } from '../../dataset/plan.ts'
import { prepareDataset } from '../../dataset/prepare.ts'
import type { PreparedDataset } from '../../dataset/prepare.ts'
import { retentionToAsk } from '../../dataset/retention.ts'
import { validationFile } from '../../dataset/validation-items.ts'
import { promptConventionDigest } from '../../evaluation/prompt-convention.ts'
import { bestCase } from '../../gate/best-case.ts'
import type { FailureShare, Judgement } from '../../gate/judgement.ts'
import { estimatedLiveAccuracy } from '../../gate/live-accuracy.ts'
import type { Fate } from '../../learnings/fates.ts'
import { simulationSource } from '../../learnings/learning.ts'
import type { ModelLocation } from '../../runtimes/port.ts'
import { requireDiskSpace } from '../../state/disk-space.ts'
import { appendLines, digestFile, writeFileAtomic, writeLines } from '../../state/files.ts'
import { withLock } from '../../state/lock.ts'
import { answerPinned } from '../answer-pinned.ts'
import { locateModel } from '../baseline.ts'
import { checkLayout } from '../check-layout.ts'
import type { JudgedItem } from '../judged-item.ts'
import { nextAttemptOn } from '../next-attempt.ts'
import { writePinnedSet } from '../pinned-set.ts'
import type { StepContext, StepResult } from '../run-step.ts'
import { shareOf } from '../share-of.ts'
import { successFates } from '../success-fates.ts'
import { readDatasetInput } from './dataset-input.ts'
import { spaceNeeded } from './space-needed.ts'

/**
 * Makes the dataset and the pinned items, runs the baseline on them, and asks the gate for the best case: when even that could not be
 * deployed, the cycle ends here with ABSTAIN and names the items that are missing.
 */
export async function prepare(context: StepContext): Promise<StepResult> {
  const { cycle, made } = context
  await requireDiskSpace(context.directory, await spaceNeeded.prepare(context), 'prepare the dataset')
  const baseline = await locateModel(made.serving, cycle.baseline, cycle.base)
  const plan = planDataset(await readDatasetInput(context))
  const layout = await checkLayout(context, baseline, plan.input.learnings)
  const prepared = prepareDataset(plan, await askAboutRetention(context, plan, baseline))
  if (context.resultOf('collect')['simulated'] !== 'mixed') await pin(context, prepared)
  await writeDataset(
    context,
    prepared,
    [...prepared.fates, ...successFates(plan.input.successes, prepared.items)].map(markerOf(plan.input)),
  )

  const scores = await answerPinned(context, baseline, prepared.items, (item) => stratumOf(item, cycle.baseline), 'the baseline')
  await writeLines(
    path.join(context.directory, 'baseline.jsonl'),
    scores.map((row) => JSON.stringify(row)),
  )
  const share = await shareOf(context, cycle.config)
  const best = await bestCaseOf(context, prepared.items, scores, share)
  const { maxTokens, contextLength, parallel } = cycle.config.runtime
  const convention = await made.runtime.promptConvention(baseline, { maxTokens, contextLength, parallel })
  const reasons = best.judgement.reasons.map(({ text }) => text)
  if (prepared.manifest.learnings.used === 0) reasons.unshift('No learning is left to train on: all of them are held out or excluded.')
  const untrained = !best.couldBeDeployed || prepared.manifest.learnings.used === 0
  return {
    result: {
      trainedLearnings: prepared.manifest.learnings.used,
      replayed: prepared.manifest.corpus.replayed,
      rows: prepared.manifest.rows,
      newlyPinned: newlyHeldOut(prepared),
      strata: countByStratum(scores),
      failureShare: share,
      baselineAccuracy: estimatedLiveAccuracy(scores, share.value),
      trainDigest: await digestFile(path.join(context.directory, 'train.jsonl')),
      promptConvention: promptConventionDigest(convention),
      layout,
      ...(untrained ? { reasons: reasons.map(asUntrained), missing: best.judgement.missing } : {}),
    },
    ...(untrained ? { verdict: 'ABSTAIN' as const } : {}),
  }
}

const asUntrained = (reason: string): string => `Not trained, since even a perfect model could not be deployed. ${reason}`

/** Asks the model in production about retention candidates until no more are needed. */
async function askAboutRetention(context: StepContext, plan: DatasetPlan, baseline: ModelLocation): Promise<Map<string, number>> {
  const scores = new Map<string, number>()
  // What is pinned whatever comes out of this.
  let alongside = [...plan.heldOut.items, ...plan.retention.accepted].map(plan.redaction.item)
  for (;;) {
    const asked = retentionToAsk(plan.retention, scores)
    if (asked.length === 0) return scores
    const questions = asked.map(plan.redaction.item)
    const answered = await answerPinned(context, baseline, questions, () => 'retention', 'the baseline', alongside)
    for (const { id, score } of answered) scores.set(id, score)
    alongside = []
  }
}

/** Decisions first: when a crash comes between the two files, the next attempt pins again what was decided to be pinned. */
async function pin(context: StepContext, { decisions, pinnedFile }: PreparedDataset): Promise<void> {
  const { home } = context
  await withLock(home, async () => {
    if (decisions.length > 0)
      await appendLines(
        home.holdoutDecisions,
        decisions.map((decision) => JSON.stringify(decision)),
      )
    if (pinnedFile.isSimulated)
      await writeFileAtomic(home.simulatedPinned, pinnedFile.items.map((item) => `${JSON.stringify(item)}\n`).join(''))
    else await writePinnedSet(home, pinnedFile.items)
  })
}

/** Fates outlive the learnings they are about, so they must say themselves that they are about simulated ones. */
function markerOf({ learnings, successes }: DatasetInput): (fate: Fate) => Fate {
  const simulated = new Set([...learnings, ...successes].filter(({ source }) => source === simulationSource).map(({ id }) => id))
  return (fate) => (simulated.has(fate.id) ? { ...fate, simulated: true } : fate)
}

async function writeDataset({ directory }: StepContext, prepared: PreparedDataset, fates: readonly Fate[]): Promise<void> {
  for (const [name, content] of Object.entries(prepared.files)) await writeFileAtomic(path.join(directory, name), content)
  await writeLines(
    path.join(directory, 'pinned.jsonl'),
    prepared.items.map((item) => JSON.stringify(item)),
  )
  if (prepared.validationItems.length > 0)
    await writeLines(
      path.join(directory, validationFile),
      prepared.validationItems.map((item) => JSON.stringify(item)),
    )
  await writeLines(
    path.join(directory, 'fates.jsonl'),
    fates.map((fate) => JSON.stringify(fate)),
  )
}

async function bestCaseOf(
  context: StepContext,
  pinned: readonly PinnedItem[],
  scores: readonly JudgedItem[],
  share: FailureShare,
): Promise<{ judgement: Judgement; couldBeDeployed: boolean }> {
  const { cycle } = context
  const { minimumGain, margin } = cycle.config.gate
  const { alpha } = await nextAttemptOn(context, cycle, pinned)
  const items = scores.map(({ id, stratum, category, cluster, score }) => ({ id, stratum, category, cluster, baseline: score }))
  return bestCase(items, share, { alpha, minimumGain, margin })
}

/** Learnings that became pinned items of this cycle: they are no longer waiting. */
function newlyHeldOut({ items, newlyPinned }: PreparedDataset): number {
  const fresh = new Set(newlyPinned)
  return items.filter(({ id, origin }) => origin === 'learning' && fresh.has(id)).length
}

function countByStratum(scores: readonly JudgedItem[]): Record<string, number> {
  const counts = { gate: 0, regression: 0, retention: 0 }
  for (const { stratum } of scores) counts[stratum] += 1
  return counts
}
