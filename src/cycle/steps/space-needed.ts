import path from 'node:path'
import type { Config } from '../../config/schema.ts'
import { resolvedCorpus } from '../../config/load-config.ts'
import { fileBytes } from '../../state/disk-space.ts'
import { asNumberOrNull } from '../result.ts'
import type { StepContext } from '../run-step.ts'

/** What is checked before a step writes: better to wait for room than to fail halfway. About so many bytes each. */
export const spaceNeeded = {
  /** The snapshot is about as large as what it is taken from; a corpus on a server has no size that could be asked for. */
  async collect({ home, cycle: { config } }: StepContext): Promise<number> {
    const corpus = config.corpus.kind === 'jsonl' ? await fileBytes(resolvedCorpus(config, home.root)) : 0
    return (await fileBytes(home.learningsJson)) + (await fileBytes(home.learningsJsonl)) + corpus
  },

  async prepare(context: StepContext): Promise<number> {
    const { usable, successes, corpus } = context.resultOf('collect')
    const snapshot = {
      learnings: (asNumberOrNull(usable) ?? 0) + (asNumberOrNull(successes) ?? 0),
      learningsBytes: await fileBytes(path.join(context.from('collect'), 'learnings.jsonl')),
      corpus: asNumberOrNull(corpus) ?? 0,
      corpusBytes: await fileBytes(path.join(context.from('collect'), 'corpus.jsonl')),
    }
    return datasetBytes(snapshot, context.cycle.config.dataset)
  },

  /** The merged model has the tensors of the base. */
  async package(context: StepContext): Promise<number> {
    return (await fileBytes(context.cycle.base.path)) + (await fileBytes(path.join(context.from('train'), 'adapter.gguf')))
  },

  /** What the switch has to be put on record with, the fates included: a release must not be served without its record. */
  async deploy(context: StepContext): Promise<number> {
    return recordBytes + (await fileBytes(path.join(context.from('prepare'), 'fates.jsonl')))
  },
}

const recordBytes = 1 << 16
/** A line of fates.jsonl, with its reason. */
const fateBytes = 150

export interface Snapshot {
  learnings: number
  learningsBytes: number
  corpus: number
  corpusBytes: number
}

/** Bytes that a dataset takes: rows and preferences of the learnings trained on, what is replayed for them, and a fate for each learning. */
export function datasetBytes(
  { learnings, learningsBytes, corpus, corpusBytes }: Snapshot,
  { maxLearnings, replay, maxReplay }: Pick<Config['dataset'], 'maxLearnings' | 'replay' | 'maxReplay'>,
): number {
  const rows = Math.min(learnings, maxLearnings)
  const replayed = Math.min(corpus, maxReplay, Math.ceil(replay * rows))
  const bytesOf = (count: number, total: number, bytes: number): number => (total === 0 ? 0 : (count / total) * bytes)
  return Math.round(2 * bytesOf(rows, learnings, learningsBytes) + bytesOf(replayed, corpus, corpusBytes) + fateBytes * learnings)
}
