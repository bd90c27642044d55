import type { Config } from '../config/schema.ts'
import { openJsonlCorpus } from './jsonl.ts'
import type { Corpus } from './port.ts'

/** Opens the corpus of each kind; `file` is the configured path made absolute. */
export const corpora = { jsonl: openJsonlCorpus } satisfies Record<Config['corpus']['kind'], (settings: { file: string }) => Corpus>
