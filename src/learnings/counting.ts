import { z } from 'zod'
import type { Home } from '../state/home.ts'
import { systemClock } from '../system/clock.ts'
import { cacheKey, readCachedCounts, writeCachedCounts } from './counts-cache.ts'
import { readSettledIdentities } from './fate-reading.ts'
import { readForgotten } from './forgotten.ts'
import { Join } from './join.ts'
import { SetDigest } from './set-digest.ts'
import { simulationSource } from './learning.ts'
import type { LearningKind } from './learning.ts'
import type { NormalisedEntry } from './normalise.ts'
import { OutcomeWindow } from './outcomes.ts'
import type { Outcomes } from './outcomes.ts'
import { Patience } from './patience.ts'
import { learningsFiles } from './reading.ts'
import type { ReadingOptions } from './reading.ts'
import { ReadingNotes, UnusableEntries } from './reading-report.ts'

export interface CountingOptions extends ReadingOptions {
  /** ISO 8601: outcomes count from after this time, the moment of the current release; null counts all. */
  since?: string | null
  /** ISO 8601: the moment of the release before the current one; null when that was the base. */
  previousSince?: string | null
  /** Newest outcomes looked at; 200 unless told. */
  limit?: number
}

export const LearningCounts = z.object({
  /** Learnings of either file, each identity once, whatever can be done with them, but for forgotten ones. */
  total: z.int(),
  forgotten: z.int(),
  usable: z.int(),
  /** Usable, without a fate and not held out: the state's `learnings_since_training`. Simulated ones included. */
  waiting: z.int(),
  /** The same for the same set of usable learnings with the same texts, in whatever order they stand. */
  usableDigest: z.string(),
  byKind: z.object({ correction: z.int(), pattern: z.int(), error: z.int(), success: z.int() }),
  /** Learnings marked as simulated, and all the other entries, even unusable ones. */
  simulated: z.int(),
  real: z.int(),
  unusable: UnusableEntries,
  notes: ReadingNotes,
  /** Of the newest outcomes since the given time, simulated ones left out. */
  outcomes: z.object({ successes: z.int(), failures: z.int() }),
  /** Outcomes in the order in which they happened, a letter each (s: success, f: failure); empty when every outcome counts as since. */
  sequences: z.object({
    /** Under the release before; the newest of them. */
    previous: z.string(),
    /** Since; null when there are more than are looked at. */
    current: z.string().nullable(),
  }),
})
export type LearningCounts = z.infer<typeof LearningCounts>

/**
 * Counts both files in one streamed pass. The result is kept in data/cache under the inode, size and time of every file it depends on.
 * Throws GI-LEARNINGS-UNREADABLE (after waiting for the writer) and GI-LEARNINGS-DENIED.
 */
export async function countLearnings(home: Home, options: CountingOptions = {}): Promise<LearningCounts> {
  const settings = { since: options.since ?? null, previousSince: options.previousSince ?? null, limit: options.limit ?? 200 }
  const key = await cacheKey(home, settings)
  const cached = await readCachedCounts(home, key, LearningCounts)
  if (cached !== undefined) return cached
  const counts = await countPatiently(home, options, settings)
  // Nothing is quickly counted again, and a directory that is no home yet stays as it is.
  if (counts.total > 0 && (await cacheKey(home, settings)) === key) await writeCachedCounts(home, key, counts)
  return counts
}

/** The newest outcomes after `since` (ISO 8601; null: of all time): what the performance trigger and the failure share look at. */
export async function outcomesSince(home: Home, since: string | null, limit = 200, options: ReadingOptions = {}): Promise<Outcomes> {
  return (await countLearnings(home, { ...options, since, limit })).outcomes
}

/** Outcomes of a release that are kept in their order. */
const longestSequence = 20_000

interface Settings {
  since: string | null
  previousSince: string | null
  limit: number
}

async function countPatiently(home: Home, options: CountingOptions, settings: Settings): Promise<LearningCounts> {
  const patience = new Patience(options.patience)
  for (;;) {
    const tally = new Tally(settings, await readSettledIdentities(home))
    const join = new Join((options.clock ?? systemClock).now(), options.forgotten ?? (await readForgotten(home)))
    let reading = home.learningsJson
    try {
      for (const file of learningsFiles(home)) {
        reading = file.path
        tally.beginFile()
        for await (const batch of file.entries()) {
          for (const raw of batch) {
            const entry = join.take(raw, file.path)
            if (entry !== null) tally.add(entry)
          }
        }
      }
      return tally.counts(join)
    } catch (error) {
      await patience.waitAfter(error, reading)
    }
  }
}

type Settled = Awaited<ReturnType<typeof readSettledIdentities>>

class Tally {
  #usable = 0
  #waiting = 0
  #simulated = 0
  #time: string | null = null
  readonly #usableDigest = new SetDigest()
  readonly #byKind: Record<LearningKind, number> = { correction: 0, pattern: 0, error: 0, success: 0 }
  readonly #since: string | null
  readonly #previousSince: string | null
  readonly #window: OutcomeWindow
  readonly #current = new OutcomeWindow(longestSequence)
  readonly #previous = new OutcomeWindow(longestSequence)
  readonly #settled: Settled

  constructor({ since, previousSince, limit }: Settings, settled: Settled) {
    this.#since = since === null ? null : new Date(since).toISOString()
    this.#previousSince = previousSince === null ? null : new Date(previousSince).toISOString()
    this.#window = new OutcomeWindow(limit)
    this.#settled = settled
  }

  beginFile(): void {
    this.#time = null
  }

  add(entry: NormalisedEntry): void {
    const { id, kind, source } = entry.learning
    this.#byKind[kind] += 1
    if (entry.usability.usable) {
      this.#usable += 1
      this.#usableDigest.add(entry.learning)
      if (!this.#settled.fated.has(id) && !this.#settled.pinned.has(id)) this.#waiting += 1
    }
    if (source === simulationSource) this.#simulated += 1
    else if (entry.outcome !== null) this.#addOutcome(entry, entry.outcome === 'success')
  }

  /** An outcome without a time happened when the one before it in its file did; before the first, after the release if it has no fate yet. */
  #addOutcome({ learning }: NormalisedEntry, isSuccess: boolean): void {
    if (learning.at !== null) this.#time = learning.at
    const isSince = this.#since === null || (this.#time === null ? !this.#settled.fated.has(learning.id) : this.#time > this.#since)
    if (isSince) this.#window.add(this.#time ?? '', isSuccess)
    if (this.#since === null) return
    if (isSince) this.#current.add(this.#time ?? '', isSuccess)
    else if (this.#previousSince === null || (this.#time !== null && this.#time > this.#previousSince))
      this.#previous.add(this.#time ?? '', isSuccess)
  }

  counts({ report }: Join): LearningCounts {
    const unusable = report.unusable
    const total = this.#usable + this.#byKind.success + unusable.count
    return {
      total,
      forgotten: report.forgotten,
      usable: this.#usable,
      waiting: this.#waiting,
      usableDigest: this.#usableDigest.text,
      byKind: { ...this.#byKind },
      simulated: this.#simulated,
      real: total - this.#simulated,
      unusable,
      notes: { ...report.notes },
      outcomes: this.#window.tally(),
      sequences: { previous: sequenceOf(this.#previous), current: this.#current.size < longestSequence ? sequenceOf(this.#current) : null },
    }
  }
}

const sequenceOf = (window: OutcomeWindow): string =>
  window
    .failures()
    .map((isFailure) => (isFailure ? 'f' : 's'))
    .join('')
