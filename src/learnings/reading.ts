import type { Home } from '../state/home.ts'
import type { Clock } from '../system/clock.ts'
import { systemClock } from '../system/clock.ts'
import { readForgotten } from './forgotten.ts'
import { Join } from './join.ts'
import type { Learning } from './learning.ts'
import type { NormalisedEntry } from './normalise.ts'
import { Patience } from './patience.ts'
import type { PatienceOptions } from './patience.ts'
import type { RawEntry } from './raw-entry.ts'
import { entriesOfJson, entriesOfLines } from './read-entries.ts'
import type { ReadingReport } from './reading-report.ts'
import type { Usability } from './usability.ts'

export interface ReadingOptions {
  patience?: PatienceOptions
  clock?: Clock
  /** Identities of learnings that are left out; unless told, those of data/forgotten.jsonl. */
  forgotten?: { has(id: string): boolean }
}

/** The learnings of a home as they are read; `report` is whole when the iteration has ended. */
export interface LearningsReading extends AsyncIterable<{ learning: Learning; usability: Usability }> {
  readonly report: ReadingReport
}

export interface LearningsFile {
  path: string
  entries: () => AsyncGenerator<RawEntry[]>
}

/** Both files, in the order in which they are read. */
export function learningsFiles(home: Home): LearningsFile[] {
  return [
    { path: home.learningsJson, entries: () => entriesOfJson(home.learningsJson) },
    { path: home.learningsJsonl, entries: () => entriesOfLines(home.learningsJsonl) },
  ]
}

/**
 * Streams the learnings of both files, each identity once, usable or not, without forgotten ones; memory doesn't grow with the files but for 8 bytes an identity.
 * When the owner writes into a file meanwhile it is read again: each learning still comes once, one that is no longer there may have come.
 * The iteration throws GI-LEARNINGS-UNREADABLE (after waiting for the writer) and GI-LEARNINGS-DENIED.
 */
export function readLearnings(home: Home, options: ReadingOptions = {}): LearningsReading {
  const clock = options.clock ?? systemClock
  let join = new Join(clock.now())

  async function* iterate(): AsyncGenerator<NormalisedEntry> {
    const forgotten = options.forgotten ?? (await readForgotten(home))
    join = new Join(clock.now(), forgotten)
    const patience = new Patience(options.patience)
    const earlier: Join[] = []
    const files = learningsFiles(home)
    for (let index = 0; index < files.length; index += 1) {
      const file = files[index] as LearningsFile
      try {
        for await (const batch of file.entries()) {
          for (const raw of batch) {
            const entry = join.take(raw, file.path)
            if (entry !== null && !earlier.some((one) => one.hasGiven(entry))) yield entry
          }
        }
      } catch (error) {
        await patience.waitAfter(error, file.path)
        earlier.push(join)
        join = new Join(clock.now(), forgotten)
        index = -1
      }
    }
  }

  return {
    [Symbol.asyncIterator]: iterate,
    get report() {
      return join.report
    },
  }
}
