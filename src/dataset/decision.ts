import { z } from 'zod'

/**
 * One line of data/holdout.jsonl. `pinned` and `training` are about a learning's normalised input and hold for good, so that nothing that was
 * once trained on is ever asked as a held-out item; `failed` is about a retention candidate that the model in production answered wrong.
 * The last line about a digest counts.
 */
export const HoldoutDecision = z.object({
  digest: z.string(),
  decision: z.enum(['pinned', 'training', 'failed']),
  /** The release in production when it was decided. */
  release: z.string(),
  cycle: z.string(),
  /** Why it was not a draw: such lines do not count as failures that the rate was applied to. */
  why: z.enum(['answer-too-long', 'user-gate-suffices', 'retired']).optional(),
  /** Digest of the near-duplicate that it was decided together with; the rate counts them as one. Left out for one that stood alone. */
  cluster: z.string().optional(),
  /** Made from simulated learnings: `simulate-learnings --remove` deletes the line, and cycles on real learnings ignore it. */
  simulated: z.literal(true).optional(),
})
export type HoldoutDecision = z.infer<typeof HoldoutDecision>

/** The standing decision about each learning's input. */
export function standingDecisions(decisions: readonly HoldoutDecision[]): Map<string, HoldoutDecision> {
  const standing = new Map<string, HoldoutDecision>()
  for (const row of decisions) if (row.decision !== 'failed') standing.set(row.digest, row)
  return standing
}
