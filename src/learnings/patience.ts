import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { GenesisError } from '../errors.ts'
import { isSameVersion, versionOf } from './open-file.ts'
import { ChangedWhileRead, JustEmptied, UnparsableFile } from './read-entries.ts'

/** How long to wait for the writer of a file that does not parse. */
export interface PatienceOptions {
  /** Looks after the first; 5 unless told. */
  attempts?: number
  /** Milliseconds before each; 1,000 unless told. */
  delayMs?: number
  sleep?: (delayMs: number) => Promise<unknown>
}

/** For commands that only look: they say what they find, and whoever asked looks again. */
export const lookOnce: PatienceOptions = { attempts: 0 }

/** Decides after a failed reading whether to read again; one object serves one reading with all its looks. */
export class Patience {
  #left: number
  readonly #attempts: number
  readonly #delayMs: number
  readonly #sleep: (delayMs: number) => Promise<unknown>

  constructor(options: PatienceOptions = {}) {
    this.#attempts = options.attempts ?? 5
    this.#left = this.#attempts
    this.#delayMs = options.delayMs ?? 1000
    this.#sleep = options.sleep ?? ((delayMs) => sleep(delayMs))
  }

  /**
   * Waits until `file` is another one than that which failed, then returns. A file that stays as it is fails as it did: it is looked
   * at, not read again. Throws GI-LEARNINGS-UNREADABLE when the looks are used up, and any error that waiting does not mend.
   */
  async waitAfter(error: unknown, file: string): Promise<void> {
    if (!(error instanceof ChangedWhileRead) && !(error instanceof UnparsableFile)) throw error
    while (this.#left > 0) {
      this.#left -= 1
      await this.#sleep(this.#delayMs)
      if (error instanceof ChangedWhileRead || !isSameVersion(error.version, await versionOf(file))) return
    }
    if (error instanceof UnparsableFile) throw new GenesisError('GI-LEARNINGS-UNREADABLE', { why: error.message, cause: error })
    throw new GenesisError('GI-LEARNINGS-UNREADABLE', {
      what: `data/${path.basename(file)} is being written to.`,
      why:
        error instanceof JustEmptied
          ? 'it was emptied a moment ago'
          : `it changed ${this.#attempts > 0 ? 'again and again ' : ''}while it was read`,
      cause: error,
    })
  }
}
