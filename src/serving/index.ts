import type { Config } from '../config/schema.ts'
import type { OllamaServer } from '../ollama/server.ts'
import type { FileLocation } from '../runtimes/port.ts'
import type { Home } from '../state/home.ts'
import type { Serving } from './port.ts'

/** What serving targets need beside their configuration. */
export interface ServingSurroundings {
  home: Home
  ollama: () => Promise<OllamaServer>
  /** The configured base. */
  base: () => Promise<FileLocation>
}

type Settings = Config['serving']
type ServingFactory = (settings: Settings, surroundings: ServingSurroundings) => Promise<Serving>

/** Every serving target by its kind in the configuration; only the one that is asked for is read. */
export const servings = {
  directory: async (_settings, { home }) => (await import('./directory.ts')).directoryServing(home),
  ollama: async ({ name }, { home, ollama, base }) =>
    (await import('./ollama.ts')).ollamaServing({ home, server: ollama, production: name, base }),
} satisfies Record<Settings['kind'], ServingFactory>
