import { stat } from 'node:fs/promises'
import path from 'node:path'
import { digestFile, digestText } from '../state/files.ts'
import type { RunnerJob } from './port.ts'
import type { Shared } from './shared.ts'

/** What a program trains on, by where it lies there, and what of it has to be there before. */
interface Material {
  base: string
  model: string | undefined
  shared: Shared[]
}

/** `root`: the absolute folder there that holds jobs, bases and models. */
export async function materialOf(
  { base, readsBase, model }: Pick<RunnerJob, 'base' | 'readsBase' | 'model'>,
  root: string,
): Promise<Material> {
  const baseThere = `${root}/bases/${base.digest}.gguf`
  const file = { from: base.path, suffix: '', digest: base.digest, bytes: (await stat(base.path)).size }
  const shared = readsBase ? [{ to: baseThere, files: [file] }] : []
  if (model.there !== undefined || model.here === undefined) return { base: baseThere, model: model.there, shared }
  const folder = await sharedFolder(model.here.folder, await model.here.files(), `${root}/models`)
  return { base: baseThere, model: folder.to, shared: [...shared, folder] }
}

/** The name is the digest of the names and digests of all files, written as sha256sum does. */
async function sharedFolder(folder: string, names: readonly string[], models: string): Promise<Shared> {
  const files = []
  for (const name of names) {
    const from = path.join(folder, name)
    files.push({ from, suffix: `/${name}`, digest: await digestFile(from), bytes: (await stat(from)).size })
  }
  const digest = digestText(files.map(({ suffix, digest: one }) => `${one}  ${suffix.slice(1)}\n`).join(''))
  return { to: `${models}/${digest}`, files }
}
