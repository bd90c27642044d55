import path from 'node:path'
import { answerItems } from '../evaluation/run-items.ts'
import { scoreItems } from '../evaluation/grade-answers.ts'
import type { EvaluationItem, Stratum } from '../evaluation/item.ts'
import type { ModelLocation } from '../runtimes/port.ts'
import type { JudgedItem } from './judged-item.ts'
import type { StepContext } from './run-step.ts'

/** Lets a model answer items through the cycle's runtime, with the cycle's decoding, and scores the answers. Answers are cached. */
export async function answerPinned<Item extends EvaluationItem & { cluster?: string | undefined }>(
  context: StepContext,
  model: ModelLocation,
  items: readonly Item[],
  stratum: (item: Item) => Stratum,
  who: string,
): Promise<JudgedItem[]> {
  const { maxTokens, contextLength, parallel } = context.cycle.config.runtime
  const startedMs = context.clock.now().getTime()
  const answers = await answerItems({
    runtime: context.made.runtime,
    model,
    items,
    decoding: { maxTokens, contextLength, parallel },
    cacheDirectory: path.join(context.home.cache, 'answers'),
    signal: context.signal,
    report: (done, total) => {
      const elapsedMs = context.clock.now().getTime() - startedMs
      context.progress(`${who} answers ${done} of ${total} items`, done, total, done > 0 ? ((total - done) * elapsedMs) / done : null)
    },
  })
  const scored = await scoreItems(items, answers, { commands: context.cycle.config.gate.graders, homeRoot: context.home.root })
  return scored.map(({ item, answer, score }) => ({
    id: item.id,
    stratum: stratum(item),
    category: item.category,
    ...(item.cluster !== undefined && { cluster: item.cluster }),
    score,
    input: item.input,
    expected: item.expected,
    answer: answer.text,
    finish: answer.finish,
  }))
}
