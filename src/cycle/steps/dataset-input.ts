import path from 'node:path'
import { readBuiltinRetention } from '../../dataset/builtin-retention.ts'
import type { CorpusEntry } from '../../corpora/port.ts'
import { isMadeOf } from '../../dataset/pinned-item.ts'
import type { DatasetInput } from '../../dataset/dataset-input.ts'
import { readItems } from '../../evaluation/read-items.ts'
import { readFloodDecisions, rejectedReason } from '../../learnings/flood-decisions.ts'
import { readForgotten, saysOf } from '../../learnings/forgotten.ts'
import type { Learning } from '../../learnings/learning.ts'
import { readDecisions, readPinned, readRetired } from '../held-out-files.ts'
import { readPinnedSet } from '../pinned-set.ts'
import { readJsonLines } from '../../state/json-lines.ts'
import { trainingSettings } from '../../trainers/settings.ts'
import { isAdapterChosen } from '../../tuning/choose-trial.ts'
import type { StepContext } from '../run-step.ts'

/** Everything the dataset is made from: the snapshot, and what stands in the home. */
export async function readDatasetInput(context: StepContext): Promise<DatasetInput> {
  const { home, cycle, made } = context
  const forgotten = await readForgotten(home)
  const floods = await readFloodDecisions(home)
  const snapshot = (await readJsonLines<Learning>(path.join(context.from('collect'), 'learnings.jsonl'))).reverse()
  const collected = snapshot.filter(({ id }) => !forgotten.has(id))
  const saysForgotten = new Set([...forgotten.values()].flatMap(({ says }) => says ?? []))
  return {
    cycle: cycle.id,
    release: cycle.baseline,
    learnings: collected.filter(({ kind }) => kind !== 'success'),
    successes: collected.filter(({ kind }) => kind === 'success'),
    corpus: (await readJsonLines<CorpusEntry>(path.join(context.from('collect'), 'corpus.jsonl'))).filter(
      ({ input, output }) => !saysForgotten.has(saysOf(input, output)),
    ),
    userGate: (await readItems(home.userGate)).items,
    userRetention: (await readItems(home.userRetention)).items,
    builtin: await readBuiltinRetention(),
    pinned: (await readPinnedSet(home)).items.filter((item) => !isMadeOf(item, forgotten)),
    simulatedPinned: (await readPinned(home.simulatedPinned)).filter((item) => !isMadeOf(item, forgotten)),
    retired: await readRetired(home.retired),
    decisions: await readDecisions(home.holdoutDecisions),
    settings: cycle.config.dataset,
    isChosen: isAdapterChosen(cycle.config.trainer),
    maximumShare: cycle.config.guard.maximumShare,
    reasonToWait: (learning) => (floods.isRejected(learning) ? rejectedReason : undefined),
    fits: await made.trainer.fits?.({ base: cycle.base, settings: trainingSettings(cycle.config.trainer) }),
  }
}
