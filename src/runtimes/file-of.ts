import { GenesisError } from '../errors.ts'
import type { ModelLocation } from './port.ts'

/** The file of a model, for runtimes that load files. Throws GI-BUG: which runtime goes with which serving target is checked with the configuration. */
export function fileOf({ path, serverName }: ModelLocation): string {
  if (path === null) throw new GenesisError('GI-BUG', { why: `${serverName ?? 'a model'} lies on a server, and this runtime loads files` })
  return path
}
