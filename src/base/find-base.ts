import { access, constants } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { resolvedBaseFile } from '../config/load-config.ts'
import type { Config } from '../config/schema.ts'
import { GenesisError, systemErrorCode } from '../errors.ts'
import type { OllamaServer } from '../ollama/server.ts'

/** Where the base lies, before anything of it was read. */
export interface FoundBase {
  /** Absolute. */
  path: string
  /** What the Ollama server calls it, when it is a model of one. */
  serverName?: string | undefined
}

export interface BaseSurroundings {
  homeRoot: string
  ollama: () => Promise<OllamaServer>
  /** OLLAMA_MODELS, where Ollama keeps its models; undefined when not set. */
  modelsDirectory?: string | undefined
}

/**
 * The configured base as a readable file; null when none is configured.
 * @throws GenesisError GI-BASE-UNREADABLE, GI-BASE-UNSUPPORTED, GI-OLLAMA-MODEL-MISSING, and what keeps Ollama from answering
 */
export async function findBase(config: Pick<Config, 'base'>, surroundings: BaseSurroundings): Promise<FoundBase | null> {
  const name = config.base?.ollama
  if (name !== undefined) return await findOllamaBase(name, surroundings)
  const file = resolvedBaseFile(config, surroundings.homeRoot)
  if (file === null) return null
  if (!(await isReadable(file))) throw new GenesisError('GI-BASE-UNREADABLE', { what: `The base model ${file} cannot be read.` })
  return { path: file }
}

async function findOllamaBase(name: string, { ollama, modelsDirectory }: BaseSurroundings): Promise<FoundBase> {
  const server = await ollama()
  const model = await server.show(name)
  if (model === null)
    throw new GenesisError('GI-OLLAMA-MODEL-MISSING', {
      what: `Ollama at ${server.host} has no ${name}.`,
      remedy: `Run "ollama pull ${name}", or correct "base".`,
    })
  if (model.hasAdapter)
    throw new GenesisError('GI-BASE-UNSUPPORTED', {
      what: `${name} carries an adapter already; a base must be pristine.`,
      remedy: 'Name the model that it was made from under "base".',
    })
  if (model.digest === null)
    throw new GenesisError('GI-BASE-UNSUPPORTED', {
      what: `Ollama does not say which file ${name} is; it may run on another machine.`,
      remedy: 'Set "base" to a GGUF file: {"gguf": "FILE"}.',
    })
  const blob = `sha256-${model.digest}`
  const homes = [modelsDirectory, path.join(os.homedir(), '.ollama', 'models'), '/usr/share/ollama/.ollama/models']
  const places = [model.blob, ...homes.map((directory) => (directory === undefined ? null : path.join(directory, 'blobs', blob)))]
  for (const place of places) if (place !== null && (await isReadable(place))) return { path: place, serverName: name }
  throw new GenesisError('GI-BASE-UNREADABLE', {
    what: `The file of ${name} cannot be read on this machine.`,
    why: `looked at ${places.filter((place) => place !== null).join(', ')}`,
    remedy: `Let this user read it (for example "sudo usermod -aG ollama $USER" and a new login), or copy the file and set "base" to {"gguf": "FILE"}.`,
  })
}

async function isReadable(file: string): Promise<boolean> {
  try {
    await access(file, constants.R_OK)
    return true
  } catch (error) {
    if (systemErrorCode(error) !== undefined) return false
    throw error
  }
}
