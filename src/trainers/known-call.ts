import path from 'node:path'
import { z } from 'zod'
import { readTextIfPresent, writeFileAtomic } from '../state/files.ts'
import type { TrainingJob } from './port.ts'
import type { ProgramCall } from './recipe.ts'

/** What of a call matters when the program has ended, maybe in another process than the one that started it. */
const KnownCall = z.object({
  result: z.string().optional(),
  steps: z.object({ done: z.number(), total: z.number().nullable() }).optional(),
  details: z.record(z.string(), z.unknown()).optional(),
})

const callFile = ({ directory }: Pick<TrainingJob, 'directory'>): string => path.join(directory, 'call.json')

export async function rememberCall(job: TrainingJob, { result, steps, details }: ProgramCall): Promise<void> {
  await writeFileAtomic(callFile(job), `${JSON.stringify({ result, steps, details }, null, 2)}\n`)
}

/** The newest call of this training; undefined when it was never started. */
export async function knownCall(job: TrainingJob): Promise<Pick<ProgramCall, 'result' | 'steps' | 'details'> | undefined> {
  const text = await readTextIfPresent(callFile(job))
  if (text === undefined) return undefined
  const { result, steps, details } = KnownCall.parse(JSON.parse(text))
  return { ...(result !== undefined && { result }), ...(steps && { steps }), ...(details && { details }) }
}
