import { z } from 'zod'

/** The steps of a cycle, in the order in which they run. */
export const steps = ['collect', 'prepare', 'train', 'package', 'evaluate', 'decide', 'deploy', 'conclude'] as const
export const Step = z.enum(steps)
export type Step = z.infer<typeof Step>

export { CycleOutcome as Outcome } from '../state/state.ts'

export const Verdict = z.enum(['DEPLOY', 'REFUSE', 'ABSTAIN'])
export type Verdict = z.infer<typeof Verdict>
