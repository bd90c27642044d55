import { rm } from 'node:fs/promises'
import { z } from 'zod'
import { readTextIfPresent, writeFileAtomic } from '../state/files.ts'

/** What stays on this machine of a job that is sent elsewhere; written before anything of it is there. */
const JobRecord = z.object({
  id: z.string(),
  /** Where it runs, for people. */
  place: z.string(),
  /** The absolute folder there that holds jobs and bases. */
  root: z.string(),
  /** ISO 8601: when it was sent, and when it was last heard of. */
  sentAt: z.string(),
  seenAt: z.string(),
  /** Whether it was handed over; before that it may be sent again. */
  isStarted: z.boolean(),
})
export type JobRecord = z.infer<typeof JobRecord>

/** Null when nothing was sent. */
export async function readJobRecord(file: string): Promise<JobRecord | null> {
  const text = await readTextIfPresent(file)
  return text === undefined ? null : JobRecord.parse(JSON.parse(text))
}

export const writeJobRecord = async (file: string, record: JobRecord): Promise<void> =>
  await writeFileAtomic(file, `${JSON.stringify(record, null, 2)}\n`)

export const removeJobRecord = async (file: string): Promise<void> => await rm(file, { force: true })
