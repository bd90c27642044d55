import path from 'node:path'
import { z } from 'zod'
import type { StepContext } from './run-step.ts'

/** An adapter that the training kept, after so many steps. */
export interface KeptAdapter {
  file: string
  step: number
  /** SHA-256 of the file, hexadecimal. */
  digest: string
}

/** The last one; cycles of earlier versions have no others on record. */
const Trained = z.looseObject({
  adapterDigest: z.string(),
  steps: z.int(),
  checkpoints: z.array(z.object({ step: z.int(), file: z.string(), digest: z.string() })).default([]),
})

/** What the step train left, oldest first; the last is the end of the training. */
export function keptAdapters(context: Pick<StepContext, 'from' | 'resultOf'>): KeptAdapter[] {
  const { adapterDigest, steps, checkpoints } = Trained.parse(context.resultOf('train'))
  const all = [...checkpoints, { step: steps, file: 'adapter.gguf', digest: adapterDigest }]
  return all.map(({ step, file, digest }) => ({ step, digest, file: path.join(context.from('train'), file) }))
}
