import type { Config } from '../config/schema.ts'
import type { Corpus } from './port.ts'
import type { WeaviateSettings } from './weaviate-connection.ts'

/** The configuration, with its path made absolute and the key that stands in the environment. */
export type CorpusSettings = WeaviateSettings & { file: string }

/** Opens the corpus of each kind; only the one that is asked for is read. */
export const corpora = {
  jsonl: async ({ file }) => (await import('./jsonl.ts')).openJsonlCorpus({ file }),
  weaviate: async (settings) => (await import('./weaviate.ts')).openWeaviateCorpus(settings),
} satisfies Record<Config['corpus']['kind'], (settings: CorpusSettings) => Promise<Corpus>>
