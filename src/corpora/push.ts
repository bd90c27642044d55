import { existsSync } from 'node:fs'
import { GenesisError } from '../errors.ts'
import { openJsonlCorpus } from './jsonl.ts'
import type { WeaviateSettings } from './weaviate-connection.ts'

export interface Pushed {
  /** Whether the collection was made. */
  created: boolean
  /** Entries that are in the collection now. */
  written: number
  /** Entries of the source that can't be used, by reason; where they stand is left out. */
  skipped: Record<string, number>
}

/**
 * Writes a JSONL corpus into a Weaviate collection, making it if need be. Pushing the same again changes nothing.
 * @throws GenesisError GI-CORPUS-AWAY, GI-CORPUS-UNREADABLE
 */
export async function pushCorpus(file: string, settings: WeaviateSettings, report: (written: number) => void): Promise<Pushed> {
  if (!existsSync(file)) throw new GenesisError('GI-CORPUS-UNREADABLE', { what: `There is no file ${file}.`, remedy: 'Name a JSONL file.' })
  const skipped: Record<string, number> = {}
  const skip = (reason: string): void => {
    const kind = reason.replace(/^Line \d+ /, '')
    skipped[kind] = (skipped[kind] ?? 0) + 1
  }
  const { writeEntries } = await import('./weaviate-write.ts')
  return { ...(await writeEntries(settings, openJsonlCorpus({ file }).read(skip), report)), skipped }
}
