import type { ChatMessage } from '../learnings/learning.ts'
import type { Problem } from '../problem.ts'

/** An older, trusted example that is mixed in against forgetting. */
export interface CorpusEntry {
  id: string
  input: string
  output: string
  category: string
  /** Turns before `input`; left out when there are none. */
  context?: ChatMessage[]
}

/** A source of trusted examples. */
export interface Corpus {
  readonly name: string
  /** What is missing before it can be read, in words for the user; empty when it can be. Never throws. */
  preflight(): Promise<Problem[]>
  /** Every entry, in a stable order, streamed. Entries that can't be used are reported to `skipped`. Throws GI-CORPUS-UNREADABLE. */
  read(skipped: (reason: string) => void): AsyncIterable<CorpusEntry>
  /** Adds entries, where the program may; those whose ids are there already are replaced. Throws GI-CORPUS-AWAY or GI-CORPUS-UNREADABLE. */
  write?(entries: readonly CorpusEntry[]): Promise<void>
}
