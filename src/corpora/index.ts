import type { Config } from '../config/schema.ts'
import { openJsonlCorpus } from './jsonl.ts'
import type { Corpus } from './port.ts'
import { openWeaviateCorpus } from './weaviate.ts'
import type { WeaviateSettings } from './weaviate-connection.ts'

/** The configuration, with its path made absolute and the key that stands in the environment. */
export type CorpusSettings = WeaviateSettings & { file: string }

/** Opens the corpus of each kind. */
export const corpora = {
  jsonl: ({ file }: Pick<CorpusSettings, 'file'>) => openJsonlCorpus({ file }),
  weaviate: openWeaviateCorpus,
} satisfies Record<Config['corpus']['kind'], (settings: CorpusSettings) => Corpus>
