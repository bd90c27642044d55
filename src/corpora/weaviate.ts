import { setTimeout as wait } from 'node:timers/promises'
import { GenesisError } from '../errors.ts'
import { isFields } from '../learnings/text.ts'
import type { Problem } from '../problem.ts'
import { readCorpusEntry } from './entry.ts'
import type { Corpus, CorpusEntry } from './port.ts'
import type { Collection } from './weaviate-client.ts'
import { addressOf, checkCollection, grpcAway } from './weaviate-connection.ts'
import type { WeaviateSettings } from './weaviate-connection.ts'

const pageSize = 1000
const retryDelaysMs = [200, 1000, 5000]

/** A collection of a Weaviate server, read by cursor in pages: the order of the objects' ids, whatever else is written meanwhile. An entry's id is its object's. */
export function openWeaviateCorpus(settings: WeaviateSettings): Corpus {
  return {
    name: `weaviate ${addressOf(settings)} ${settings.collection}`,
    async preflight(): Promise<Problem[]> {
      try {
        await checkCollection(settings)
        return []
      } catch (error) {
        if (!(error instanceof GenesisError)) throw error
        return [{ code: error.code, what: error.why === undefined ? error.what : `${error.what} (${error.why})`, remedy: error.remedy }]
      }
    },
    async write(entries): Promise<void> {
      const { writeEntries } = await import('./weaviate-write.ts')
      await writeEntries(settings, entries)
    },
    async *read(skipped): AsyncGenerator<CorpusEntry> {
      await checkCollection(settings)
      const { fields } = settings
      for await (const { uuid, properties } of objectsOf(settings)) {
        const [input, output, category] = [properties[fields.input], properties[fields.output], properties[fields.category]]
        const entry = readCorpusEntry({ id: uuid, input, output, ...(typeof category === 'string' && { category }) })
        if (typeof entry === 'string') skipped(`Object ${uuid} ${entry}.`)
        else yield entry
      }
    },
  }
}

/** Every object, page by page. A page that can't be had is asked for again, over a new connection, from where the last one ended. */
async function* objectsOf(settings: WeaviateSettings): AsyncGenerator<{ uuid: string; properties: Record<string, unknown> }> {
  // Big, and of use only here.
  const { openCollection } = await import('./weaviate-client.ts')
  let collection: Collection | undefined
  let after: string | undefined
  let failures = 0
  try {
    for (;;) {
      try {
        collection ??= await openCollection(settings)
        const page = await collection.page(pageSize, after)
        failures = 0
        for (const { uuid, properties } of page) yield { uuid, properties: isFields(properties) ? properties : {} }
        after = page.at(-1)?.uuid ?? after
        if (page.length < pageSize) return
      } catch (error) {
        if (error instanceof GenesisError) throw error
        await collection?.close()
        collection = undefined
        const delayMs = retryDelaysMs[failures]
        failures += 1
        if (delayMs === undefined) throw grpcAway(settings, error instanceof Error ? error.message.slice(0, 300) : String(error), error)
        await wait(delayMs)
      }
    }
  } finally {
    await collection?.close()
  }
}
