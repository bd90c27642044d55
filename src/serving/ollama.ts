import { readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import { GenesisError, systemErrorCode } from '../errors.ts'
import { readGgufSummary } from '../gguf/summary.ts'
import { withTag } from '../ollama/host.ts'
import type { ModelManner, OllamaModel } from '../ollama/model.ts'
import { digestIn } from '../ollama/server.ts'
import type { OllamaServer } from '../ollama/server.ts'
import { serverProblems } from '../ollama/problems.ts'
import type { FileLocation, ModelLocation } from '../runtimes/port.ts'
import { readTextIfPresent, writeFileAtomic } from '../state/files.ts'
import type { Home } from '../state/home.ts'
import type { Served, Serving } from './port.ts'
import { recordedDigest } from './release-files.ts'
import { releaseDamaged, releaseDirectory, releaseNamePattern } from './release.ts'
import { stopTexts } from './stop-texts.ts'

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

  /** What this home staged under a release's name, if it is still there and still that. */
  async function staged(server: OllamaServer, name: string): Promise<OllamaModel | null> {
    const recorded = await recordedOf(releaseDirectory(home, name))
    if (recorded === null) return null
    const model = await server.show(name)
    return model?.digest === recorded ? model : null
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
    const names = list.filter(({ digest }) => digest === current).map(({ name }) => name.replace(/:latest$/, ''))
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
      for (const record of ['release.json', 'SHA256SUMS']) await keepRecord(path.join(directory, record), path.join(target, record))
      if ((await server.show(name))?.digest !== digest) {
        if ((await servedBy(server))?.name === name)
          throw new GenesisError('GI-RELEASE-IN-USE', { why: `${name} is served with other weights` })
        const like = await server.show((await offer(await locateBase())).serverName ?? baseName)
        if (like === null) throw new GenesisError('GI-OLLAMA-MODEL-MISSING', { why: 'the base is gone from the server' })
        await createFrom(server, name, path.join(directory, 'model.gguf'), digest, like.manner)
      }
      await rm(directory, { recursive: true, force: true })
      return { path: null, serverName: name, digest }
    },

    async locate(name) {
      if (!releaseNamePattern.test(name)) releaseDirectory(home, name)
      const model = await staged(await connect(), name)
      return model === null ? null : { path: null, serverName: name, digest: model.digest ?? '' }
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
      if ((await staged(server, name)) === null)
        throw new GenesisError('GI-RELEASE-WEIGHTS-GONE', { why: `${server.host} has no ${name} with the weights that were recorded` })
      await keepForeign(server, list, name)
      await switchTo(server, list, name, production)
    },

    async discard(name) {
      releaseDirectory(home, name)
      const server = await connect()
      if ((await servedBy(server))?.name === name) throw new GenesisError('GI-RELEASE-IN-USE', { why: `${production} is ${name}` })
      // Another home may use the same server: a name that this one has no record of is not touched.
      if ((await staged(server, name)) !== null) await server.remove(name)
    },
  }
}

async function keepRecord(from: string, to: string): Promise<void> {
  const text = await readTextIfPresent(from)
  if (text !== undefined && text !== (await readTextIfPresent(to))) await writeFileAtomic(to, text)
}

type Listed = readonly { name: string; digest: string }[]

/** Uploads and creates; a blob that the server has pruned in between is sent again. What came of it is looked at: "success" is no proof. */
async function createFrom(server: OllamaServer, name: string, file: string, digest: string, manner: ModelManner): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    await server.upload(file, digest)
    try {
      await server.create(name, digest, manner)
      break
    } catch (error) {
      const pruned = error instanceof GenesisError && /blob.*(?:not found|does not exist)|no such file/i.test(error.why ?? '')
      if (!pruned || attempt > 2) throw error
    }
  }
  const made = await server.show(name)
  if (made?.digest !== digest)
    throw new GenesisError('GI-OLLAMA-FAILED', {
      what: `${name} was created, but ${server.host} has other weights under that name.`,
      why: `sent was ${digest.slice(0, 12)}, there is ${made?.digest?.slice(0, 12) ?? 'nothing'}`,
    })
}

/** One copy is the switch. A name can answer with old weights until the model is unloaded; a question then shows that the new ones load. */
async function switchTo(server: OllamaServer, list: Listed, from: string, production: string): Promise<void> {
  if (digestIn(list, production) !== digestIn(list, from)) await server.copy(from, production)
  await server.unload(production)
  await server.chat({ model: production, messages: [{ role: 'user', content: 'ping' }], options: { num_predict: 1, temperature: 0 } })
}

/** Copies of what stood under the production name before the first release, oldest first. */
const originals = (list: Listed, production: string): string[] =>
  list
    .map(({ name }) => name.replace(/:latest$/, ''))
    .filter((name) => name.startsWith(`${production}-before-`))
    .sort()

/** A base from a file has no manner on the server yet: Ollama takes the chat template from the file; the stops are its own. */
async function mannerOfFile(file: string): Promise<ModelManner> {
  const { tokenizer } = await readGgufSummary(file)
  return { template: '', system: '', renderer: '', parser: '', parameters: { stop: stopTexts(tokenizer), temperature: 0 } }
}

/** The digest of the weights that SHA256SUMS in a directory names; null without one. */
async function recordedOf(directory: string): Promise<string | null> {
  try {
    return recordedDigest(await readFile(path.join(directory, 'SHA256SUMS'), 'utf8'), 'model.gguf') ?? null
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return null
    throw error
  }
}
