import { z } from 'zod'

/** What became of a collected learning at a DEPLOY. A learning without one is waiting. */
export const Fate = z.object({
  id: z.string(),
  fate: z.enum(['used', 'held-out', 'superseded', 'excluded']),
  reason: z.string().optional(),
})
export type Fate = z.infer<typeof Fate>
