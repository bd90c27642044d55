import { z } from 'zod'
import { contributorOf } from './learning.ts'
import type { Learning } from './learning.ts'

/** A day on which one author gave many times the usual number of learnings. */
export const Flood = z.object({
  author: z.string().nullable(),
  /** YYYY-MM-DD (UTC). */
  day: z.string(),
  /** Learnings of that author and day that no deployed cycle has used. */
  count: z.int(),
  /** What is usual on a day. */
  usual: z.number(),
})
export type Flood = z.infer<typeof Flood>

/** Fewer are no flood, however few are usual. */
export const fewestOfFlood = 50
/** Days that must be known before anything is usual. */
export const daysKnown = 5

export const dayOf = (at: string | null): string | null => at?.slice(0, 10) ?? null

interface Day {
  all: number
  fresh: number
}

/** Counts learnings by author and day as they are read. */
export class DayCounts {
  readonly #authors = new Map<string | null, Map<string, Day>>()

  /** `isFresh`: no deployed cycle has used it. Without a time nobody knows the day; what this program records has one. */
  add(learning: Learning, isFresh: boolean): void {
    const key = dayOf(learning.at)
    if (key === null) return
    const author = contributorOf(learning)
    let days = this.#authors.get(author)
    if (days === undefined) this.#authors.set(author, (days = new Map<string, Day>()))
    const day = days.get(key) ?? { all: 0, fresh: 0 }
    days.set(key, { all: day.all + 1, fresh: day.fresh + (isFresh ? 1 : 0) })
  }

  /**
   * Days with more than `factor` times the usual number: the median of the author's earlier days, or, while five of these are not known, that of
   * everybody's earlier days. Where neither is known nothing is a flood.
   */
  floods(factor: number): Flood[] {
    const found: Flood[] = []
    for (const [author, days] of this.#authors) {
      for (const [day, { fresh }] of days) {
        if (fresh < fewestOfFlood) continue
        const usual = usualOf(daysBefore(day, days)) ?? usualOf([...this.#authors.values()].flatMap((others) => daysBefore(day, others)))
        if (usual !== null && fresh > factor * usual) found.push({ author, day, count: fresh, usual })
      }
    }
    return found
  }
}

/** Numbers of learnings on the days before this one. */
const daysBefore = (day: string, days: ReadonlyMap<string, Day>): number[] =>
  [...days].flatMap(([other, { all }]) => (other < day ? [all] : []))

function usualOf(counts: readonly number[]): number | null {
  if (counts.length < daysKnown) return null
  const sorted = [...counts].sort((left, right) => left - right)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? 0
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? 0)) / 2
}
