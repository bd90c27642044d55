import { closest } from '../config/suggestion.ts'
import { readLearnings } from '../learnings/reading.ts'
import type { Home } from '../state/home.ts'

const shownIds = 5
/** Comparing by letters is slow: of many learnings only the first are compared so. */
const comparedIds = 20_000

/** Ids of learnings that were perhaps meant, the likeliest first. */
export async function nearIds(home: Home, asked: string): Promise<string[]> {
  const holding: string[] = []
  const others: string[] = []
  const wanted = asked.toLowerCase()
  for await (const { learning } of readLearnings(home)) {
    const id = learning.id.toLowerCase()
    if (wanted.length > 2 && (id.includes(wanted) || wanted.includes(id))) holding.push(learning.id)
    else if (others.length < comparedIds && Math.abs(id.length - wanted.length) <= wanted.length / 3) others.push(learning.id)
    if (holding.length >= shownIds) break
  }
  const near = closest(asked, others)
  return [...new Set([...(near === undefined ? [] : [near]), ...holding])].slice(0, shownIds)
}
