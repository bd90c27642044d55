import type { Config } from '../config/schema.ts'
import type { Home } from '../state/home.ts'
import { directoryServing } from './directory.ts'
import type { Serving } from './port.ts'

type Settings = Config['serving']
type ServingFactory = (settings: Settings, place: { home: Home }) => Serving

/** Every serving target by the name it has in the configuration. */
export const servings = { directory: (_settings, { home }) => directoryServing(home) } satisfies Record<Settings['kind'], ServingFactory>
