import { z } from 'zod'

/** How one adapter at one scale did on the questions set aside. */
export const Trial = z.object({
  /** Training steps done when the adapter was kept. */
  step: z.int(),
  scale: z.number(),
  /** Mean score on corrections that were not trained on, 0 to 1. */
  correction: z.number(),
  /** Mean score on questions that the model in production answers right, 0 to 1. */
  retention: z.number(),
})
export type Trial = z.infer<typeof Trial>

/** What was tried before the adapter was merged, as the step `package` has it on record. */
export const Tuning = z.object({
  /** Questions of each kind that were asked. */
  corrections: z.int(),
  retention: z.int(),
  /** In the order in which they were tried. */
  trials: z.array(Trial),
  /** Why nothing was tried, in words. */
  problem: z.string().optional(),
})
export type Tuning = z.infer<typeof Tuning>
