import path from 'node:path'
import { z } from 'zod'
import { readTextIfPresent } from '../state/files.ts'
import type { Home } from '../state/home.ts'
import { cycleDirectory, listCycles, readManifest, stepDirectory } from './cycle-directory.ts'

/** decide/attempt.json: one attempt to replace a baseline, for the level of the next one (design, section 5.8). */
export const Attempt = z.object({ baseline: z.string(), alpha: z.number(), judgedItemIds: z.array(z.string()) })
export type Attempt = z.infer<typeof Attempt>

export const attemptFile = (decideDirectory: string): string => path.join(decideDirectory, 'attempt.json')

/** Every earlier cycle's attempt on this baseline, oldest first. */
export async function attemptsOn(home: Home, baseline: string, before: string): Promise<Attempt[]> {
  const attempts: Attempt[] = []
  for (const id of (await listCycles(home)).filter((cycle) => cycle < before)) {
    if ((await readManifest(home, id)).baseline !== baseline) continue
    const text = await readTextIfPresent(attemptFile(stepDirectory(cycleDirectory(home, id), 'decide')))
    if (text !== undefined) attempts.push(Attempt.parse(JSON.parse(text)))
  }
  return attempts
}
