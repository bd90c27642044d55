import { z } from 'zod'

/** What became of a collected learning at a DEPLOY. A learning without one is waiting. */
export const Fate = z.object({
  id: z.string(),
  fate: z.enum(['used', 'held-out', 'superseded', 'excluded']),
  reason: z.string().optional(),
  /** Of a simulated learning: `simulate-learnings --remove` deletes the line, so that the same learnings, simulated again, count again. */
  simulated: z.literal(true).optional(),
})
export type Fate = z.infer<typeof Fate>
