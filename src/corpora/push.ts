import { existsSync } from 'node:fs'
import { GenesisError } from '../errors.ts'
import { openJsonlCorpus } from './jsonl.ts'
import type { CorpusEntry } from './port.ts'
import type { WeaviateSettings } from './weaviate-connection.ts'

export interface Pushed {
  /** Whether the collection was made. */
  created: boolean
  /** Entries that are in the collection now. */
  written: number
  /** Entries of the source that can't be used, by reason; where they stand is left out. */
  skipped: Record<string, number>
}

const batchSize = 500

/**
 * Writes a JSONL corpus into a Weaviate collection, making it if need be. Pushing the same again changes nothing.
 * @throws GenesisError GI-CORPUS-AWAY, GI-CORPUS-UNREADABLE
 */
export async function pushCorpus(file: string, settings: WeaviateSettings, report: (written: number) => void): Promise<Pushed> {
  if (!existsSync(file)) throw new GenesisError('GI-CORPUS-UNREADABLE', { what: `There is no file ${file}.`, remedy: 'Name a JSONL file.' })
  const { ensureCollection, openCollection } = await import('./weaviate-client.ts')
  const created = await ensureCollection(settings)
  const collection = await openCollection(settings)
  const pushed: Pushed = { created, written: 0, skipped: {} }
  const write = async (batch: readonly CorpusEntry[]): Promise<void> => {
    if (batch.length === 0) return
    const { refused, reason } = await collection.write(batch)
    if (refused > 0)
      throw new GenesisError('GI-CORPUS-UNREADABLE', {
        what: `Weaviate refused ${refused} of ${batch.length} objects; ${pushed.written} were written before.`,
        why: reason ?? undefined,
        remedy: 'Mend what the reason names and push again: what is there already stays as it is.',
      })
    pushed.written += batch.length
    report(pushed.written)
  }
  try {
    let batch: CorpusEntry[] = []
    const skip = (reason: string): void => {
      const kind = reason.replace(/^Line \d+ /, '')
      pushed.skipped[kind] = (pushed.skipped[kind] ?? 0) + 1
    }
    for await (const entry of openJsonlCorpus({ file }).read(skip)) {
      batch.push(entry)
      if (batch.length < batchSize) continue
      await write(batch)
      batch = []
    }
    await write(batch)
    return pushed
  } finally {
    await collection.close()
  }
}
