import type { EvaluationItem, Stratum } from '../evaluation/item.ts'
import type { ModelLocation } from '../runtimes/port.ts'
import { judgedItem } from './judged-item.ts'
import type { JudgedItem } from './judged-item.ts'
import type { StepContext } from './run-step.ts'
import { scoreModel } from './score-model.ts'

/** Lets a model answer items through the cycle's runtime, with the cycle's decoding, and scores the answers. Answers are cached, those to `alongside` only that. */
export async function answerPinned<Item extends EvaluationItem & { cluster?: string | undefined }>(
  context: StepContext,
  model: ModelLocation,
  items: readonly Item[],
  stratum: (item: Item) => Stratum,
  who: string,
  alongside: readonly EvaluationItem[] = [],
): Promise<JudgedItem[]> {
  const { config } = context.cycle
  const startedMs = context.clock.now().getTime()
  const report = (done: number, total: number): void => {
    const elapsedMs = context.clock.now().getTime() - startedMs
    context.progress(`${who} answers ${done} of ${total} items`, done, total, done > 0 ? ((total - done) * elapsedMs) / done : null)
  }
  const scored = await scoreModel(context, { config, runtime: context.made.runtime, report, alongside }, model, items)
  return scored.map((one) => judgedItem(one, stratum(one.item)))
}
