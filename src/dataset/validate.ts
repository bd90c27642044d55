import { isEncodable, longestText } from '../learnings/text.ts'
import type { Learning } from '../learnings/learning.ts'
import { unusableReasons, usabilityOf } from '../learnings/usability.ts'

/** Why a learning can't be trained on; undefined when it can. */
export function reasonToExclude(learning: Learning): string | undefined {
  const usability = usabilityOf(learning)
  return usability.usable ? undefined : unusableReasons[usability.reason]
}

/** What is wrong with texts of whatever origin; undefined when nothing is. */
export function reasonUnfit(texts: readonly string[]): string | undefined {
  if (texts.some((text) => text.trim() === '')) return 'is empty'
  if (texts.some((text) => text.length > longestText)) return 'is too long'
  if (!texts.every(isEncodable)) return 'has broken Unicode'
  return undefined
}
