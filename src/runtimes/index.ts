import type { Config } from '../config/schema.ts'
import { engineRuntime } from './engine.ts'
import type { Runtime } from './port.ts'

type RuntimeConfig = Config['runtime']

/** What runtimes need beside their configuration. */
export interface RuntimeSurroundings {
  engineDirectory: string
}

/** Every runtime by its kind in the configuration. */
export const runtimes = { engine: engineRuntime } satisfies Record<
  RuntimeConfig['kind'],
  (config: RuntimeConfig, surroundings: RuntimeSurroundings) => Runtime
>
