import { existsSync } from 'node:fs'
import path from 'node:path'
import { findBase } from '../base/find-base.ts'
import type { BaseSurroundings } from '../base/find-base.ts'
import { GenesisError } from '../errors.ts'
import { readGgufSummary } from '../gguf/summary.ts'
import { makeDirectory, writeFileAtomic } from '../state/files.ts'
import type { Home } from '../state/home.ts'
import type { Base } from './bases.ts'

export interface MadeHome {
  home: string
  /** The base's file, absolute, or its name on the Ollama server; null when none is set yet. */
  base: string | null
  /** Architecture and type of the base. */
  description: string | null
}

/**
 * Makes a home: its directory and its configuration. A base that is a model of Ollama is served there as well.
 * @throws GenesisError GI-HOME-NOT-EMPTY when there is a configuration, and what a base that can't be found or read says
 */
export async function makeHome(home: Home, base: Base | null, surroundings: BaseSurroundings): Promise<MadeHome> {
  const file = base === null || 'gguf' in base ? base?.gguf : (await findBase({ base }, surroundings))?.path
  const summary = file === undefined ? null : await readGgufSummary(file)
  await writeConfig(home, settingsFor(home, base))
  return {
    home: home.root,
    base: base === null ? null : 'gguf' in base ? base.gguf : base.ollama,
    description: summary === null ? null : `${summary.architecture}, ${summary.fileType ?? 'mixed types'}`,
  }
}

function settingsFor(home: Home, base: Base | null): object {
  if (base === null) return {}
  if ('ollama' in base) return { base, serving: { kind: 'ollama' } }
  return { base: { gguf: relativeInside(home.root, base.gguf) } }
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
