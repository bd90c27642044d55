import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { GenesisError, systemErrorCode } from '../errors.ts'
import { readGgufSummary } from '../gguf/summary.ts'
import { makeDirectory, writeFileAtomic } from '../state/files.ts'
import type { Home } from '../state/home.ts'

export interface MadeHome {
  home: string
  /** Absolute path of the base; null when none is set yet. */
  base: string | null
  /** Architecture and type of the base. */
  description: string | null
}

/**
 * Makes a home: its directory and its configuration.
 * @throws GenesisError GI-HOME-NOT-EMPTY when there is a configuration, and what a base that can't be read says
 */
export async function makeHome(home: Home, base: string | null): Promise<MadeHome> {
  const summary = base === null ? null : await readGgufSummary(base)
  const gguf = base === null ? {} : { base: { gguf: relativeInside(home.root, base) } }
  await writeConfig(home, gguf)
  return { home: home.root, base, description: summary === null ? null : `${summary.architecture}, ${summary.fileType ?? 'mixed types'}` }
}

/** Writes the first configuration of a home. */
export async function writeConfig(home: Home, settings: object): Promise<void> {
  if (existsSync(home.config)) throw new GenesisError('GI-HOME-NOT-EMPTY', { why: `${home.config} exists` })
  await makeDirectory(home.data)
  await writeFileAtomic(home.config, `${JSON.stringify(settings, null, 2)}\n`, 0o644)
}

/** A path inside the home is kept relative, so that the home can be moved. */
function relativeInside(root: string, file: string): string {
  const relative = path.relative(root, file)
  return relative.startsWith('..') || path.isAbsolute(relative) ? file : relative
}

/** GGUF files in a directory and in its models/, by name. */
export async function findModels(directory: string): Promise<string[]> {
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
