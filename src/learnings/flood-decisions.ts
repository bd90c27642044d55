import { z } from 'zod'
import { GenesisError } from '../errors.ts'
import { parseJson } from '../evaluation/json-equal.ts'
import { appendLines, readTextIfPresent } from '../state/files.ts'
import { isCutShort } from '../state/history.ts'
import type { Home } from '../state/home.ts'
import { dayOf, Flood } from './floods.ts'
import { contributorOf } from './learning.ts'
import type { Learning } from './learning.ts'

/** One line of data/floods.jsonl: what a person decided about a flood. The last line about an author and a day counts. */
export const FloodDecision = Flood.extend({ decision: z.enum(['approved', 'rejected']), cycle: z.string(), at: z.string() })
export type FloodDecision = z.infer<typeof FloodDecision>

/**
 * What was decided about floods; nothing when there is no such file. A line that a crash cut short never took effect.
 * @throws GenesisError GI-HELD-OUT-DAMAGED naming a line that can't be read: what was rejected could be trained on
 */
export async function readFloodDecisions(home: Home): Promise<FloodDecisions> {
  const decisions = new Map<string, FloodDecision>()
  const text = (await readTextIfPresent(home.floods)) ?? ''
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '' || isCutShort(line)) continue
    const found = FloodDecision.safeParse(parseJson(line))
    if (!found.success)
      throw new GenesisError('GI-HELD-OUT-DAMAGED', {
        what: `${home.floods} is damaged.`,
        why: `line ${index + 1} holds no decision about learnings`,
        remedy: 'Correct or remove that line.',
      })
    decisions.set(keyOf(found.data.author, found.data.day), found.data)
  }
  return new FloodDecisions(decisions)
}

/** The caller holds data/.lock. */
export async function recordFloodDecisions(home: Home, decisions: readonly FloodDecision[]): Promise<void> {
  if (decisions.length > 0)
    await appendLines(
      home.floods,
      decisions.map((decision) => JSON.stringify(decision)),
    )
}

export class FloodDecisions {
  constructor(private readonly decisions: ReadonlyMap<string, FloodDecision> = new Map()) {}

  /** Whether a person has decided about as many as there are now. */
  isDecided({ author, day, count }: Flood): boolean {
    const decided = this.decisions.get(keyOf(author, day))
    return decided !== undefined && (decided.decision === 'rejected' || decided.count >= count)
  }

  isRejected(learning: Learning): boolean {
    return this.decisions.size > 0 && this.decisions.get(keyOf(contributorOf(learning), dayOf(learning.at)))?.decision === 'rejected'
  }
}

const keyOf = (author: string | null, day: string | null): string => JSON.stringify([author, day])

/** Why a learning of a rejected flood is not used; it completes "each ...". */
export const rejectedReason = 'waits: it came with too many others of its author on one day, and they were rejected'
