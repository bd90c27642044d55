import { existsSync } from 'node:fs'
import path from 'node:path'
import type { Config } from '../config/schema.ts'
import { GenesisError } from '../errors.ts'
import type { ModelLocation } from '../runtimes/port.ts'
import { cachedDigest } from '../state/digest-cache.ts'
import { baseModelName } from '../state/state.ts'
import { locateModel } from './baseline.ts'
import type { Parts, Workshop } from './parts.ts'

/**
 * A model as people name it: a release, `genesis-base`, or a GGUF file.
 * @throws GenesisError GI-RELEASE-UNKNOWN, GI-GGUF-UNREADABLE, GI-BASE-MISSING, GI-USAGE
 */
export async function locateAny(workshop: Workshop, config: Config, { serving }: Parts, name: string): Promise<ModelLocation> {
  const file = path.resolve(name)
  if (name.endsWith('.gguf') || name.includes(path.sep)) {
    if (!existsSync(file)) throw new GenesisError('GI-GGUF-UNREADABLE', { why: `${file}: there is no such file` })
    if (config.serving.kind !== 'directory')
      throw new GenesisError('GI-USAGE', {
        what: 'A file can only be evaluated by the embedded engine.',
        remedy: 'Name a release, or evaluate in a home whose "serving" is of the kind "directory".',
      })
    return { path: file, digest: await cachedDigest(workshop.home, file) }
  }
  const base = await workshop.base(config)
  if (base === null) throw new GenesisError('GI-BASE-MISSING')
  if (name !== baseModelName && (await serving.locate(name)) === null)
    throw new GenesisError('GI-RELEASE-UNKNOWN', { what: `There is no release ${name} whose weights are kept, and no such file.` })
  return await locateModel(serving, name, { ...base, digest: await cachedDigest(workshop.home, base.path) })
}
