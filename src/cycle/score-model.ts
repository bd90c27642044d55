import path from 'node:path'
import type { Config } from '../config/schema.ts'
import { scoreItems } from '../evaluation/grade-answers.ts'
import type { ScoredItem } from '../evaluation/grade-answers.ts'
import type { EvaluationItem } from '../evaluation/item.ts'
import { answerItems } from '../evaluation/run-items.ts'
import type { ModelLocation, Runtime } from '../runtimes/port.ts'
import type { Workshop } from './parts.ts'

export interface Questioning {
  config: Config
  runtime: Runtime
  /** Where answers are kept; the home's cache unless told. */
  cacheDirectory?: string
  report?: (done: number, total: number) => void
  /** Further items that are answered in the same go, so that the model is loaded once; their answers wait in the cache. */
  alongside?: readonly EvaluationItem[]
}

/** Lets a model answer items through the runtime, decoded as configured, and scores the answers. Raises what `answerItems` and `scoreItems` raise. */
export async function scoreModel<Item extends EvaluationItem>(
  { home, signal }: Pick<Workshop, 'home' | 'signal'>,
  { config, runtime, cacheDirectory = path.join(home.cache, 'answers'), report, alongside = [] }: Questioning,
  model: ModelLocation,
  items: readonly Item[],
): Promise<ScoredItem<Item>[]> {
  const { maxTokens, contextLength, parallel } = config.runtime
  const decoding = { maxTokens, contextLength, parallel }
  const asked = [...items, ...alongside]
  const answers = await answerItems({ runtime, model, items: asked, decoding, cacheDirectory, signal, ...(report && { report }) })
  return await scoreItems(items, answers, { commands: config.gate.graders, homeRoot: home.root })
}
