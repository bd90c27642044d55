import path from 'node:path'
import { IdentitySet } from './identity-set.ts'
import { normaliseEntry } from './normalise.ts'
import type { NormalisedEntry } from './normalise.ts'
import type { RawEntry } from './raw-entry.ts'
import { ReadingReport } from './reading-report.ts'

/**
 * Joins the entries of both files by identity. Of several with one identity the first that is sound (usable, or a success) counts and
 * the others are repetitions: so one that was completed later is taken, and what an owner's file says is not changed by ours.
 */
export class Join {
  readonly report = new ReadingReport()
  readonly #sound = new IdentitySet()
  readonly #unusable = new IdentitySet()
  readonly #met = new Set<string>()
  readonly #now: string
  readonly #forgotten: { has(id: string): boolean }

  /** `forgotten`: identities of learnings that are left out. */
  constructor(now: Date, forgotten: { has(id: string): boolean } = new Set()) {
    this.#now = now.toISOString()
    this.#forgotten = forgotten
  }

  /** The learning in an entry; null when there is none, it is a repetition or it was forgotten. */
  take(raw: RawEntry, file: string): NormalisedEntry | null {
    const entry = raw.broken ?? normaliseEntry(raw.value)
    if (typeof entry === 'string') {
      this.report.addUnusable(entry, () => placeOf(raw, file))
      return null
    }
    const { usability, learning } = entry
    const notes = this.report.notes
    if (this.#forgotten.has(learning.id)) {
      this.report.forgotten = this.#met.add(learning.id).size
      return null
    }
    if (!this.#isNew(entry)) {
      notes.repeated += 1
      return null
    }
    if (!usability.usable && usability.reason !== 'success')
      this.report.addUnusable(usability.reason, () => placeOf(raw, file, learning.id))
    if (entry.unreadableTime) notes.unreadableTime += 1
    if (learning.at !== null && learning.at > this.#now) notes.inFuture += 1
    return entry
  }

  /** Whether `take` gave this learning, or one of its identity and soundness, out. */
  hasGiven({ usability, learning }: NormalisedEntry): boolean {
    return (isSound(usability) ? this.#sound : this.#unusable).has(learning.id)
  }

  #isNew({ usability, learning }: NormalisedEntry): boolean {
    if (isSound(usability)) return this.#sound.add(learning.id)
    return !this.#sound.has(learning.id) && this.#unusable.add(learning.id)
  }
}

function isSound(usability: NormalisedEntry['usability']): boolean {
  return usability.usable || usability.reason === 'success'
}

function placeOf(raw: RawEntry, file: string, id?: string): string {
  const place = `${path.basename(file)} ${file.endsWith('.jsonl') ? 'line' : 'entry'} ${raw.position}`
  return id === undefined || id.length > 60 ? place : `${place} (${id})`
}
