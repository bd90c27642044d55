import type { Config } from '../config/schema.ts'
import type { OllamaServer } from '../ollama/server.ts'
import type { Runtime } from './port.ts'

/** What runtimes need beside their configuration. */
export interface RuntimeSurroundings {
  engineDirectory: string
  ollama: (signal?: AbortSignal) => Promise<OllamaServer>
}

type RuntimeFactory = (config: Config['runtime'], surroundings: RuntimeSurroundings) => Promise<Runtime>

/** Every runtime by its kind in the configuration; only the one that is asked for is read. */
export const runtimes = {
  engine: async (config, around) => (await import('./engine.ts')).engineRuntime(config, around),
  ollama: async (_config, { ollama }) => (await import('./ollama.ts')).ollamaRuntime({ server: ollama }),
} satisfies Record<NonNullable<Config['runtime']['kind']>, RuntimeFactory>

/** The kind that a configuration names, or that goes with what serves. */
export const runtimeKind = ({ runtime, serving }: Pick<Config, 'runtime' | 'serving'>): keyof typeof runtimes =>
  runtime.kind ?? (serving.kind === 'ollama' ? 'ollama' : 'engine')
