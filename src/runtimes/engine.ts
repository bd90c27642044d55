import type { Config } from '../config/schema.ts'
import { engineVersion } from '../engine/packages.ts'
import { engineStatus } from '../engine/status.ts'
import { readGgufSummary } from '../gguf/summary.ts'
import { digestText } from '../state/files.ts'
import type { EngineRuntimeOptions } from './engine-answers.ts'
import { fileOf } from './file-of.ts'
import type { Runtime } from './port.ts'

/** Generates on the embedded engine: one worker for each call of `generate`, ended with it. What it needs for that is read then. */
export function engineRuntime(_config: Config['runtime'], options: EngineRuntimeOptions): Runtime {
  return {
    name: 'engine',
    version: () => Promise.resolve(`engine ${engineVersion}`),
    preflight: async () => (await engineStatus(options.engineDirectory)).problems,
    promptConvention: async (model, { maxTokens }) => {
      const { chatTemplate } = await readGgufSummary(fileOf(model))
      return {
        chatTemplate: chatTemplate === null ? null : digestText(chatTemplate),
        ...{ systemPrompt: null, thinking: 'off', decoding: { temperature: 0, maxTokens } },
      }
    },
    layout: async (model, messages) => {
      const { askingLayout } = await import('../engine/render.ts')
      return askingLayout(await readGgufSummary(fileOf(model)), messages)
    },
    generate: async function* (...given) {
      const { generateAnswers } = await import('./engine-answers.ts')
      yield* generateAnswers(options, ...given)
    },
  }
}
