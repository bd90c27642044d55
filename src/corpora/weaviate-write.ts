import { GenesisError } from '../errors.ts'
import type { CorpusEntry } from './port.ts'
import { ensureCollection, openCollection } from './weaviate-client.ts'
import { checkGrpc, grpcAway } from './weaviate-connection.ts'
import type { WeaviateSettings } from './weaviate-connection.ts'

const batchSize = 500

/**
 * Writes entries into a collection, making it if need be; what is there under the same ids is replaced. Gives how many it wrote and whether it made the collection.
 * @throws GenesisError GI-CORPUS-AWAY, GI-CORPUS-UNREADABLE
 */
export async function writeEntries(
  settings: WeaviateSettings,
  entries: AsyncIterable<CorpusEntry> | Iterable<CorpusEntry>,
  report: (written: number) => void = () => undefined,
): Promise<{ created: boolean; written: number }> {
  const created = await ensureCollection(settings)
  await checkGrpc(settings)
  const collection = await openCollection(settings)
  let written = 0
  try {
    for await (const batch of inBatches(entries)) {
      const { refused, reason } = await collection.write(batch).catch((error: unknown) => {
        throw grpcAway(settings, error instanceof Error ? error.message.slice(0, 300) : String(error), error)
      })
      if (refused > 0)
        throw new GenesisError('GI-CORPUS-UNREADABLE', {
          what: `Weaviate refused ${refused} of ${batch.length} objects; ${written} were written before.`,
          why: reason ?? undefined,
          remedy: 'Mend what the reason names and write again: what is there already stays as it is.',
        })
      written += batch.length
      report(written)
    }
    return { created, written }
  } finally {
    await collection.close()
  }
}

async function* inBatches(entries: AsyncIterable<CorpusEntry> | Iterable<CorpusEntry>): AsyncGenerator<CorpusEntry[]> {
  let batch: CorpusEntry[] = []
  for await (const entry of entries) {
    batch.push(entry)
    if (batch.length < batchSize) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}
