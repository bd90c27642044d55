import { hash } from 'node:crypto'
import { z } from 'zod'
import { parseJson } from '../evaluation/json-equal.ts'
import { GenesisError } from '../errors.ts'
import { readTextIfPresent } from '../state/files.ts'
import { isCutShort } from '../state/history.ts'
import type { Home } from '../state/home.ts'

/** One line of data/forgotten.jsonl: a learning that is never trained on or judged by again. Holds none of its texts. */
export const Forgotten = z.object({
  id: z.string().min(1),
  fate: z.literal('forgotten'),
  at: z.string(),
  reason: z.string().optional(),
  /** Digest of its question and answer, for copies elsewhere that bear no id of its own; left out when its texts were not known. */
  says: z.string().optional(),
})
export type Forgotten = z.infer<typeof Forgotten>

/** What an exchange says, whatever bears it. */
export function saysOf(input: string, answer: string): string {
  return hash('sha256', JSON.stringify([input.trim(), answer.trim()]), 'hex')
}

/**
 * What was forgotten, by identity; none when there is no such file. A line that a crash cut short never took effect. Any other odd line is
 * an error: what it names could be trained on.
 * @throws GenesisError GI-HELD-OUT-DAMAGED naming the line
 */
export async function readForgotten(home: Home): Promise<Map<string, Forgotten>> {
  const forgotten = new Map<string, Forgotten>()
  const text = (await readTextIfPresent(home.forgotten)) ?? ''
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '' || isCutShort(line)) continue
    const found = Forgotten.safeParse(parseJson(line))
    if (!found.success) {
      const why = `line ${index + 1}: it names no learning that was forgotten`
      throw new GenesisError('GI-HELD-OUT-DAMAGED', { what: `${home.forgotten} is damaged.`, why })
    }
    forgotten.set(found.data.id, found.data)
  }
  return forgotten
}
