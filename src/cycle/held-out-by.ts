import { z } from 'zod'
import { entriesOfLines } from '../learnings/read-entries.ts'
import type { Home } from '../state/home.ts'

const HeldOut = z.object({ origin: z.literal('learning'), cycle: z.string(), learningIds: z.array(z.string()) })

/**
 * How many learnings a cycle held out. Read from the pinned items and not from the cycle's journal: they are no longer waiting even when
 * the step that pinned them was never finished. Damaged lines say nothing about anyone.
 */
export async function countHeldOutBy(home: Home, cycles: readonly string[]): Promise<number> {
  const ids = new Set<string>()
  for (const file of [home.pinned, home.simulatedPinned]) {
    for await (const batch of entriesOfLines(file)) {
      for (const { value } of batch) {
        const item = HeldOut.safeParse(value)
        if (item.success && cycles.includes(item.data.cycle)) for (const id of item.data.learningIds) ids.add(id)
      }
    }
  }
  return ids.size
}
