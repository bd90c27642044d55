import { existsSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { systemErrorCode } from '../errors.ts'
import { nextAttempt } from '../gate/attempts.ts'
import { readTextIfPresent } from '../state/files.ts'
import type { CycleManifest } from './cycle-directory.ts'
import { listCyclesKept, manifestFile, stepDirectory } from './cycle-directory.ts'
import type { Workshop } from './parts.ts'

/** decide/attempt.json: one attempt to replace a baseline, for the level of the next one (design, section 5.8). */
export const Attempt = z.object({ baseline: z.string(), alpha: z.number().min(0).max(1), judgedItemIds: z.array(z.string()) })
export type Attempt = z.infer<typeof Attempt>

export const attemptFile = (decideDirectory: string): string => path.join(decideDirectory, 'attempt.json')

/** An item that is to be judged, and the cycle that pinned it. */
export interface ItemToJudge {
  id: string
  cycle: string
}

/**
 * Every earlier attempt on the cycle's baseline, oldest first. A rollback to that baseline does not begin anew: it is judged on the same items
 * again. Cycles that were cancelled or set aside count like the others.
 *
 * An attempt whose record is damaged must neither be forgotten (the next one would be judged too leniently) nor keep every later cycle from being
 * judged. It counts as the worst that it can have been: it earned nothing, spent half of what was left, and judged all that was pinned by then.
 * So the level of this attempt is never above what it would be with the record, and items pinned since then earn some of it back.
 */
export async function attemptsOn(
  { home, notice }: Pick<Workshop, 'home' | 'notice'>,
  { id: present, baseline }: Pick<CycleManifest, 'id' | 'baseline'>,
  items: readonly ItemToJudge[],
): Promise<Attempt[]> {
  const readings: { id: string; attempt: Attempt | null }[] = []
  for (const { id, directory } of await listCyclesKept(home)) {
    if (id >= present || !existsSync(stepDirectory(directory, 'decide'))) continue
    const attempt = await readAttempt(directory)
    if ((attempt?.baseline ?? (await baselineOf(directory)) ?? baseline) === baseline) readings.push({ id, attempt })
  }
  const attempts: Attempt[] = []
  for (const { id, attempt } of readings) {
    if (attempt === null)
      notice(
        `What ${id} judged ${baseline} on can't be read. It counts as an attempt that judged everything pinned by then, so this one is ` +
          `judged more strictly. To undo that, restore ${id} under data/cycles from a backup.`,
      )
    attempts.push(attempt ?? worstAttempt(baseline, attempts, pinnedBy(id, items, readings)))
  }
  return attempts
}

function worstAttempt(baseline: string, earlier: readonly Attempt[], judgedItemIds: string[]): Attempt {
  const left = nextAttempt(earlier, []).wealth
  const earned = nextAttempt(earlier, judgedItemIds).wealth - left
  return { baseline, alpha: earned + left / 2, judgedItemIds }
}

/** All items known of but those that were certainly pinned later. */
function pinnedBy(cycle: string, items: readonly ItemToJudge[], readings: readonly { attempt: Attempt | null }[]): string[] {
  const known = new Set(readings.flatMap(({ attempt }) => attempt?.judgedItemIds ?? []))
  for (const item of items) {
    if (item.cycle > cycle) known.delete(item.id)
    else known.add(item.id)
  }
  return [...known]
}

/** Null when it is damaged. */
async function readAttempt(directory: string): Promise<Attempt | null> {
  return await readOrNull(attemptFile(stepDirectory(directory, 'decide')), Attempt)
}

/** Only this one field: a cycle of an older version may have a configuration that is not known any more. */
async function baselineOf(directory: string): Promise<string | undefined> {
  return (await readOrNull(manifestFile(directory), z.object({ baseline: z.string() })))?.baseline
}

async function readOrNull<Content>(file: string, schema: z.ZodType<Content>): Promise<Content | null> {
  try {
    return schema.parse(JSON.parse((await readTextIfPresent(file)) ?? ''))
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError || systemErrorCode(error) !== undefined) return null
    throw error
  }
}
