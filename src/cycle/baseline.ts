import { GenesisError } from '../errors.ts'
import type { FileLocation, ModelLocation } from '../runtimes/port.ts'
import { baseModelName } from '../state/state.ts'
import type { Serving } from '../serving/port.ts'

/** The model in production: the configured base at first, afterwards the release of that name. */
export async function locateModel(serving: Serving, name: string, base: FileLocation): Promise<ModelLocation> {
  if (name === baseModelName) return await serving.offer(base)
  const located = await serving.locate(name)
  if (located === null) throw new GenesisError('GI-RELEASE-WEIGHTS-GONE', { what: `The weights of ${name} are missing.` })
  return located
}
