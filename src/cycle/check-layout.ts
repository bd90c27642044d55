import { layoutDifference } from '../evaluation/prompt-layout.ts'
import { GenesisError } from '../errors.ts'
import type { Learning } from '../learnings/learning.ts'
import type { ModelLocation } from '../runtimes/port.ts'
import type { StepContext } from './run-step.ts'

/**
 * Makes sure that an answer is learned in the surroundings in which the model is asked for it. Says whether that could be seen.
 * @throws GenesisError GI-LAYOUT-DIFFERS, and what the runtime raises
 */
export async function checkLayout(context: StepContext, served: ModelLocation, learnings: readonly Learning[]): Promise<'same' | 'unseen'> {
  const { cycle, made, signal } = context
  const input = learnings.find((learning) => learning.context.length === 0 && learning.input !== null)?.input ?? 'How are you?'
  const messages = [{ role: 'user' as const, content: input }]
  const training = await made.trainer.layout(cycle.base, messages)
  if (training.text === null && training.tokens === null) return 'unseen'
  const { maxTokens, contextLength, parallel } = cycle.config.runtime
  const asking = await made.runtime.layout(served, messages, { maxTokens, contextLength, parallel }, signal)
  const difference = layoutDifference(training, asking)
  if (difference !== null) throw new GenesisError('GI-LAYOUT-DIFFERS', { why: difference })
  return asking.text === null || training.text === null ? 'unseen' : 'same'
}
