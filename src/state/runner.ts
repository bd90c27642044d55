import { rm } from 'node:fs/promises'
import { z } from 'zod'
import { GenesisError } from '../errors.ts'
import { readTextIfPresent, writeFileAtomic } from './files.ts'
import type { Home } from './home.ts'

/** What the holder of the run lock is doing, for those who find it held. */
export const RunInfo = z.object({
  pid: z.int().min(1),
  cycle: z.string().nullable(),
  step: z.string().nullable(),
  progress: z
    .object({
      /** Share done, 0 to 1; null while unknown. */
      share: z.number().min(0).max(1).nullable(),
      timeLeftMs: z.number().min(0).nullable(),
      /** A few words: "step 12 of 60, loss 1.2". */
      text: z.string().nullable(),
    })
    .nullable(),
  startedAt: z.string(),
})
export type RunInfo = z.infer<typeof RunInfo>

/** Writes data/.run.json. Only the holder of the run lock calls this, about once a second at most: each call is synced to disk. */
export async function reportRun(home: Home, info: RunInfo): Promise<void> {
  await writeFileAtomic(home.runProgress, `${JSON.stringify(info)}\n`)
}

/** Takes the report away; the holder calls it before it lets the run lock go. */
export async function clearRun(home: Home): Promise<void> {
  await rm(home.runProgress, { force: true })
}

/**
 * What the process that works in this home last reported; null when there is no report, or it is left over from one that ended.
 * Takes no lock and writes nothing, so that it works in a read-only home.
 */
export async function describeRunner(home: Home): Promise<RunInfo | null> {
  const text = await readTextIfPresent(home.runProgress)
  const parsed = RunInfo.safeParse(text === undefined ? undefined : parsedOrNull(text))
  return parsed.success && isAlive(parsed.data.pid) ? parsed.data : null
}

/** The error of a second `check`: names the holder, its step and how far it is. */
export function runLockedError(info: RunInfo | null): GenesisError {
  return new GenesisError('GI-LOCKED', {
    why: info === null ? 'data/.run.lock is held by a process that has not reported yet' : sentence(info),
  })
}

function sentence({ pid, cycle, step, progress, startedAt }: RunInfo): string {
  const share = progress?.share == null ? [] : [`${Math.floor(progress.share * 100)}% done`]
  const words = progress?.text == null ? [] : [progress.text]
  const left = progress?.timeLeftMs == null ? [] : [`about ${Math.ceil(progress.timeLeftMs / 60_000)} min left`]
  const doing = cycle === null ? 'is looking what is due' : `is in ${cycle}, step ${step ?? 'unknown'}`
  return [`process ${pid} ${doing}`, ...share, ...words, ...left, `since ${startedAt}`].join(', ')
}

function parsedOrNull(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}

/** Whether a process of this id runs on this machine. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // It exists but belongs to someone else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
