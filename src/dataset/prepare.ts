import type { Fate } from '../learnings/fates.ts'
import { chooseTraining } from './choose-training.ts'
import { ownItems } from './dataset-input.ts'
import type { HoldoutDecision } from './decision.ts'
import { gradersFrom } from './graded-by.ts'
import { alsoAsWritten } from './as-written.ts'
import { guardHeldOut } from './held-out-guard.ts'
import { withClusters } from './item-clusters.ts'
import { describeDataset } from './manifest.ts'
import type { DatasetManifest } from './manifest.ts'
import type { PinnedItem } from './pinned-item.ts'
import type { DatasetPlan } from './plan.ts'
import { preferencesOf } from './preferences.ts'
import { drawReplay } from './replay.ts'
import { requireApart } from './require-apart.ts'
import { requireUntrained } from './require-untrained.ts'
import { acceptRetention } from './retention.ts'
import { renderJsonl, rowOfEntry, rowOfExample, splitRows } from './rows.ts'
import { compareText } from './text-key.ts'
import { itemIdOf, packagedValidation, rowOfItem, shareForChoosing, validationItems, validationRetention } from './validation-items.ts'
import type { ValidationItem } from './validation-items.ts'

export interface PreparedDataset {
  /** What both models will be asked, ascending by id: real and simulated pinned items together; near-duplicates name their cluster, private data is replaced. */
  items: PinnedItem[]
  /** The new content of data/pinned.jsonl, or of data/pinned-simulated.jsonl when the snapshot holds simulated learnings. */
  pinnedFile: { isSimulated: boolean; items: PinnedItem[] }
  /** To be appended to data/holdout.jsonl. */
  decisions: HoldoutDecision[]
  /** What becomes of each learning at a DEPLOY, ascending by id; one for each that came in. */
  fates: Fate[]
  /** Ids of items pinned by this cycle. */
  newlyPinned: string[]
  /** Ids of held-out items whose expected answer a newer correction replaced. */
  replaced: string[]
  /** The files of the dataset, name to content; the same input gives the same bytes. */
  files: Record<'train.jsonl' | 'valid.jsonl' | 'preferences.jsonl' | 'manifest.json', string>
  manifest: DatasetManifest
  /** What a checkpoint or a LoRA scale is chosen by, ascending by id; empty unless one is. */
  validationItems: ValidationItem[]
}

/**
 * Second phase: pins the retention items that the model in production answered right, and writes the training set. `scores`: of every item that
 * `retentionToAsk` named, by id, 0 to 1.
 * @throws GenesisError GI-GATE-DATA when one of them has no score, GI-HELD-OUT-LEAK when a row to be trained on is too close to a held-out item
 */
export function prepareDataset(plan: DatasetPlan, scores: ReadonlyMap<string, number>): PreparedDataset {
  const { input, curated, heldOut, isSimulated, redaction, reasonNotToUse, shinglesFor, neighbours } = plan
  const retention = acceptRetention(plan.retention, scores)
  const items = [...heldOut.items, ...retention.items].sort((left, right) => compareText(left.id, right.id))
  const heldBack = [...items, ...ownItems(input)]
  const guard = alsoAsWritten(guardHeldOut(heldBack, shinglesFor), heldBack, redaction)
  const training = chooseTraining(heldOut.training, guard, { most: input.settings.maxLearnings, share: input.maximumShare })
  const fates = [...curated.fates, ...heldOut.fates, ...training.fates].sort((left, right) => compareText(left.id, right.id))

  const { seed, replay: ratio, maxReplay, validationShare } = input.settings
  const count = Math.min(maxReplay, Math.round(ratio * training.used.length))
  const corrected = new Set(curated.examples.map(({ digest }) => digest))
  const { isChosen = false } = input
  const spare = isChosen ? validationRetention : 0
  const replay = drawReplay({
    ...{ corpus: input.corpus, guard, corrected, isNearCorrected: neighbours.isNear, reasonNotToUse },
    ...{ count, spare, seed },
  })
  const ofLearnings = isChosen ? shareForChoosing(training.used.length, validationShare) : validationShare
  const shares = { learning: ofLearnings, corpus: validationShare }
  const rows = splitRows([...training.used.map(rowOfExample), ...replay.entries.map(rowOfEntry)], shares, seed)
  const asides = replay.spare.map(rowOfEntry)
  for (const part of [...Object.values(rows), asides]) requireApart(part, guard)
  const preferences = preferencesOf(rows.train, training.used, redaction)
  const written = { train: redaction.rows(rows.train), valid: redaction.rows(rows.valid), asides: redaction.rows(asides) }
  const categories = new Map([
    ...training.used.map(({ id, category }) => [itemIdOf('learning', id), category] as const),
    ...[...replay.entries, ...replay.spare].map(({ id, category }) => [itemIdOf('corpus', id), category] as const),
  ])
  const gradedBy = gradersFrom(input.settings.graders)
  const chosenBy = isChosen ? validationItems([...written.valid, ...written.asides], categories, gradedBy) : []
  const lacking = spare - chosenBy.filter(({ kind }) => kind === 'retention').length
  const standing = [...written.train, ...written.valid, ...written.asides]
  chosenBy.push(...packagedValidation(input.builtin, { guard, isNearLearning: neighbours.isNear, rows: standing, wanted: lacking }))
  const rendered = {
    'train.jsonl': renderJsonl(written.train),
    'valid.jsonl': renderJsonl(written.valid),
    'preferences.jsonl': renderJsonl(preferences),
  }

  const asked = withClusters(items, shinglesFor).map(redaction.item)
  requireUntrained(
    [...written.train, ...written.valid, ...chosenBy.map(rowOfItem)],
    asked,
    'The dataset would train on something that is held out, so it was not written.',
  )
  const manifest = describeDataset({ plan, items: asked, retention, training, fates, replay, rows, preferences, rendered })
  const marked = (decision: HoldoutDecision): HoldoutDecision => (isSimulated ? { ...decision, simulated: true } : decision)
  const real = new Set(input.pinned)
  return {
    items: asked,
    pinnedFile: { isSimulated, items: isSimulated ? items.filter((item) => !real.has(item)) : items },
    decisions: [...plan.decisions, ...retention.decisions].map(marked),
    fates,
    newlyPinned: manifest.pinned.new,
    replaced: heldOut.replaced,
    files: { ...rendered, 'manifest.json': `${JSON.stringify(manifest, null, 2)}\n` },
    manifest,
    validationItems: chosenBy.sort((left, right) => compareText(left.id, right.id)),
  }
}
