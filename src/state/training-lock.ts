import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { systemErrorCode } from '../errors.ts'
import type { Home } from './home.ts'
import { tryFileLock } from './lock.ts'
import type { HeldLock } from './lock.ts'
import { isAlive } from './runner.ts'

const Holder = z.object({ pid: z.int().min(1), home: z.string().min(1) })
/** Whose training holds the lock. */
export type Holder = z.infer<typeof Holder>

/** Where the lock of trainings is: as configured, else beside the engine that the homes share; null when there is to be none. */
export function trainingLockFile(configured: string | false | undefined, homeRoot: string, engineDirectory: string): string | null {
  if (configured === false) return null
  return configured === undefined ? path.join(engineDirectory, 'training.lock') : path.resolve(homeRoot, configured)
}

/** Takes the lock, and says in its file who holds it; null when another training does. It ends with the process, however that ends. */
export async function tryTrainingLock(file: string, { root }: Home): Promise<HeldLock | null> {
  const lock = await tryFileLock(file)
  if (lock === null) return null
  // For people to read: when it can't be written (a full disk), the lock holds all the same.
  const say = async (text: string): Promise<void> => await writeFile(file, text).catch(() => undefined)
  await say(JSON.stringify({ pid: process.pid, home: root }))
  return {
    release: async () => {
      await say('')
      await lock.release()
    },
  }
}

/** The process that said last that it trains, if it still runs; null otherwise. Takes no lock. */
export async function readTrainingHolder(file: string): Promise<Holder | null> {
  try {
    const parsed = Holder.safeParse(JSON.parse(await readFile(file, 'utf8')))
    return parsed.success && isAlive(parsed.data.pid) ? parsed.data : null
  } catch (error) {
    // Not there, not to be read by this user, or in the middle of being written: only its words are missing.
    if (systemErrorCode(error) !== undefined || error instanceof SyntaxError) return null
    throw error
  }
}
