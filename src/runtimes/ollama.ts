import { serverProblems } from '../ollama/problems.ts'
import { digestText } from '../state/files.ts'
import { shownModel } from './ollama-model.ts'
import type { OllamaRuntimeOptions } from './ollama-model.ts'
import type { Runtime } from './port.ts'

/** Generates on the Ollama server that serves the models, so that what is judged is what people will get. */
export function ollamaRuntime(options: OllamaRuntimeOptions): Runtime {
  return {
    name: 'ollama',
    version: async () => `ollama ${await (await options.server()).version()}`,
    preflight: async () => await serverProblems(options.server),
    promptConvention: async (model, { maxTokens }) => {
      const { manner } = await shownModel(await options.server(), model)
      const { template, renderer, parser, parameters } = manner
      const shape = template === '' && renderer === '' ? null : digestText(JSON.stringify([template, renderer, parser, sorted(parameters)]))
      return {
        chatTemplate: shape,
        systemPrompt: manner.system === '' ? null : manner.system,
        thinking: 'off',
        decoding: { temperature: 0, maxTokens },
      }
    },
    layout: async (...given) => {
      const { layoutOnOllama } = await import('./ollama-answers.ts')
      return await layoutOnOllama(options, ...given)
    },
    generate: async function* (...given) {
      const { generateOnOllama } = await import('./ollama-answers.ts')
      yield* generateOnOllama(options, ...given)
    },
  }
}

const sorted = (parameters: Record<string, unknown>): [string, unknown][] =>
  Object.entries(parameters).sort(([left], [right]) => (left < right ? -1 : 1))
