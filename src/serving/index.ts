import type { Config } from '../config/schema.ts'
import type { OllamaServer } from '../ollama/server.ts'
import type { FileLocation } from '../runtimes/port.ts'
import type { Home } from '../state/home.ts'
import { directoryServing } from './directory.ts'
import { ollamaServing } from './ollama.ts'
import type { Serving } from './port.ts'

/** What serving targets need beside their configuration. */
export interface ServingSurroundings {
  home: Home
  ollama: () => Promise<OllamaServer>
  /** The configured base. */
  base: () => Promise<FileLocation>
}

type Settings = Config['serving']
type ServingFactory = (settings: Settings, surroundings: ServingSurroundings) => Serving

/** Every serving target by the name it has in the configuration. */
export const servings = {
  directory: (_settings: Settings, { home }: Pick<ServingSurroundings, 'home'>) => directoryServing(home),
  ollama: ({ name }, { home, ollama, base }) => ollamaServing({ home, server: ollama, production: name, base }),
} satisfies Record<Settings['kind'], ServingFactory>
