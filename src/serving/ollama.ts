import { rm } from 'node:fs/promises'
import path from 'node:path'
import { GenesisError } from '../errors.ts'
import { withoutTag, withTag } from '../ollama/host.ts'
import type { ModelManner } from '../ollama/model.ts'
import { digestIn } from '../ollama/server.ts'
import type { OllamaServer } from '../ollama/server.ts'
import { serverProblems } from '../ollama/problems.ts'
import type { FileLocation, ModelLocation } from '../runtimes/port.ts'
import { readTextIfPresent, writeFileAtomic } from '../state/files.ts'
import type { Home } from '../state/home.ts'
import type { Served, Serving } from './port.ts'
import { releaseDamaged, releaseDirectory, releaseNamePattern } from './release.ts'
import { parseSums, sumsName } from './sums.ts'
import { createFrom, mannerOfFile, originals, switchTo } from './ollama-changes.ts'
import type { Listed } from './ollama-changes.ts'

export interface OllamaServingOptions {
  home: Home
  /** Connects when something is asked of the server. */
  server: () => Promise<OllamaServer>
  /** The name that people ask: "genesis". */
  production: string
  base: () => Promise<FileLocation>
}

/**
 * Releases as models of an Ollama server, each under its own name; the production name is a copy of one of them. Records stay in data/models, weights
 * lie on the server alone. What is served is told by the server: the digests of its manifests, and of the files that they name.
 */
export function ollamaServing({ home, server: connect, production, base: locateBase }: OllamaServingOptions): Serving {
  const baseName = `${production}-base`

  async function offer(base: FileLocation): Promise<ModelLocation> {
    if (base.serverName !== undefined) return base
    const server = await connect()
    const present = await server.show(baseName)
    if (present?.digest !== base.digest) await createFrom(server, baseName, base.path, base.digest, await mannerOfFile(base.path))
    return { ...base, serverName: baseName }
  }

  async function mannerOfBase(server: OllamaServer): Promise<ModelManner> {
    const like = await server.show((await offer(await locateBase())).serverName ?? baseName)
    if (like === null) throw new GenesisError('GI-OLLAMA-MODEL-MISSING', { why: 'the base is gone from the server' })
    return like.manner
  }

  /** What this home staged under a release's name, if it is still there and still that. */
  async function locate(server: OllamaServer, name: string): Promise<ModelLocation | null> {
    const digest = await recordedOf(releaseDirectory(home, name))
    return digest !== null && (await server.show(name))?.digest === digest ? { path: null, serverName: name, digest } : null
  }

  /** A model under the production name that is none of ours is given a name of its own before the first switch covers it. */
  async function keepForeign(server: OllamaServer, list: Listed, release: string): Promise<void> {
    const current = digestIn(list, production)
    const ours = list.some(({ name, digest }) => digest === current && withTag(name) !== withTag(production))
    if (current !== null && !ours) await server.copy(production, release.replace('genesis-', `${production}-before-`))
  }

  /** Production is a copy: of the release with the same manifest, the newest one where there are several. */
  async function servedBy(server: OllamaServer): Promise<Served | null> {
    const list = await server.list()
    const current = digestIn(list, production)
    if (current === null) return null
    const names = list.filter(({ digest }) => digest === current).map(({ name }) => withoutTag(name))
    const release = names
      .filter((name) => releaseNamePattern.test(name))
      .sort()
      .at(-1)
    if (release === undefined) return null
    const shown = await server.show(production)
    return { name: release, digest: shown?.digest ?? '' }
  }

  return {
    name: 'ollama',
    offer,
    preflight: async () => await serverProblems(connect),

    async stage(name, directory) {
      const target = releaseDirectory(home, name)
      const server = await connect()
      const digest = (await recordedOf(directory)) ?? (await recordedOf(target))
      if (digest === null) throw releaseDamaged(`neither ${directory} nor ${target} says what was made`)
      // The weights lie on the server, what remains here is the record; it comes first, so that what is on the server is known to be ours.
      for (const record of ['release.json', sumsName]) await keepRecord(path.join(directory, record), path.join(target, record))
      if ((await server.show(name))?.digest !== digest) {
        if ((await servedBy(server))?.name === name)
          throw new GenesisError('GI-RELEASE-IN-USE', { why: `${name} is served with other weights` })
        await createFrom(server, name, path.join(directory, 'model.gguf'), digest, await mannerOfBase(server))
      }
      await rm(directory, { recursive: true, force: true })
      return { path: null, serverName: name, digest }
    },

    async tryOut(name, model, ask) {
      releaseDirectory(home, name)
      const server = await connect()
      const trial = `${name}-trial`
      await createFrom(server, trial, model.path, model.digest, await mannerOfBase(server))
      try {
        return await ask({ path: null, serverName: trial, digest: model.digest })
      } finally {
        await server.remove(trial)
      }
    },

    async locate(name) {
      releaseDirectory(home, name)
      return await locate(await connect(), name)
    },

    served: async () => await servedBy(await connect()),

    async activate(name) {
      if (name !== null) releaseDirectory(home, name)
      const server = await connect()
      const list = await server.list()
      if (name === null) {
        if (digestIn(list, production) === null) return
        const before = originals(list, production).at(0)
        await switchTo(server, list, before ?? (await offer(await locateBase())).serverName ?? baseName, production)
        return
      }
      if ((await locate(server, name)) === null)
        throw new GenesisError('GI-RELEASE-WEIGHTS-GONE', { why: `${server.host} has no ${name} with the weights that were recorded` })
      await keepForeign(server, list, name)
      await switchTo(server, list, name, production)
    },

    async discard(name) {
      releaseDirectory(home, name)
      const server = await connect()
      if ((await servedBy(server))?.name === name) throw new GenesisError('GI-RELEASE-IN-USE', { why: `${production} is ${name}` })
      // Another home may use the same server: a name that this one has no record of is not touched.
      if ((await locate(server, name)) !== null) await server.remove(name)
    },
  }
}

async function keepRecord(from: string, to: string): Promise<void> {
  const text = await readTextIfPresent(from)
  if (text !== undefined && text !== (await readTextIfPresent(to))) await writeFileAtomic(to, text)
}

/** The digest of the weights that SHA256SUMS in a directory names; null without one. */
async function recordedOf(directory: string): Promise<string | null> {
  const sums = await readTextIfPresent(path.join(directory, sumsName))
  return sums === undefined ? null : (parseSums(sums).get('model.gguf') ?? null)
}
