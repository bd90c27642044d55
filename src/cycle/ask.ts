import type { Config } from '../config/schema.ts'
import { GenesisError } from '../errors.ts'
import { baseModelName } from '../state/state.ts'
import { readState } from '../state/store.ts'
import { locateModel } from './baseline.ts'
import { usableBase } from './usable-base.ts'
import type { Workshop } from './parts.ts'

export interface ModelAnswer {
  model: string
  text: string
}

/**
 * Asks the current model (or a named one), and the base beside it when they are to be compared.
 * @throws GenesisError GI-BASE-MISSING, GI-RELEASE-WEIGHTS-GONE, or what keeps the runtime from answering
 */
export async function askModels(
  workshop: Workshop,
  config: Config,
  question: string,
  named: string | undefined,
  compare: boolean,
): Promise<ModelAnswer[]> {
  const { home } = workshop
  if (question.trim() === '') throw new GenesisError('GI-USAGE', { what: 'The question is empty.' })
  const base = await usableBase(workshop, config)
  const { runtime, serving } = await workshop.parts(config)
  const { state } = await readState(home)
  const model = named ?? state.current_model
  const names = compare && model !== baseModelName ? [baseModelName, model] : [model]
  const { maxTokens, contextLength } = config.runtime
  const answers: ModelAnswer[] = []
  for (const name of names) {
    workshop.report(null, null, { text: `asking ${name}`, done: null, total: null, timeLeftMs: null })
    const location = await locateModel(serving, name, base)
    const prompt = { id: 'question', messages: [{ role: 'user' as const, content: question }] }
    for await (const { text } of runtime.generate(location, [prompt], { maxTokens, contextLength, parallel: 1 }, workshop.signal))
      answers.push({ model: name, text })
  }
  return answers
}
