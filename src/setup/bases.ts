import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { findBase } from '../base/find-base.ts'
import type { BaseSurroundings } from '../base/find-base.ts'
import { GenesisError, systemErrorCode } from '../errors.ts'
import { releaseNamePattern } from '../serving/release.ts'

/** A base as the configuration names it. */
export type Base = { gguf: string } | { ollama: string }

/** What could be the base: GGUF files in the home and in its models/, then the models of a running Ollama whose files can be read here; each by name. */
export async function findBases(surroundings: BaseSurroundings): Promise<Base[]> {
  return [...(await modelFiles(surroundings.homeRoot)).map((gguf) => ({ gguf })), ...(await ollamaModels(surroundings))]
}

async function modelFiles(directory: string): Promise<string[]> {
  const found: string[] = []
  for (const place of [directory, path.join(directory, 'models')]) {
    try {
      for (const name of (await readdir(place)).sort()) if (name.endsWith('.gguf')) found.push(path.join(place, name))
    } catch (error) {
      if (systemErrorCode(error) === undefined) throw error
    }
  }
  return found
}

/** Without what is none: our own releases, models with an adapter, models that run elsewhere. No server is as good as an empty one. */
async function ollamaModels(surroundings: BaseSurroundings): Promise<{ ollama: string }[]> {
  const found: { ollama: string }[] = []
  for (const { name } of await given(async () => await (await surroundings.ollama()).list(), [])) {
    if (releaseNamePattern.test(name.replace(/:latest$/, ''))) continue
    const base = await given(async () => await findBase({ base: { ollama: name } }, surroundings), null)
    if (base !== null) found.push({ ollama: name })
  }
  return found.sort((left, right) => (left.ollama < right.ollama ? -1 : 1))
}

async function given<T>(ask: () => Promise<T>, otherwise: T): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof GenesisError && /^GI-(OLLAMA|BASE)-/.test(error.code)) return otherwise
    throw error
  }
}
