import { open, stat } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { GenesisError, systemErrorCode } from '../errors.ts'
import { appending, makeDirectory, writeError } from './files.ts'
import type { Home } from './home.ts'

/** A kernel lock that is held. It also ends with the process, however that ends. */
export interface HeldLock {
  release(): Promise<void>
}

const waitLimitMs = 10_000
const longestPauseMs = 30

/**
 * Runs `work` while holding data/.lock, the lock of one read-modify-write. Waits up to 10 seconds for another holder, of this or
 * any other process; then throws GI-LOCK-TIMEOUT. Not to be nested: the inner call would wait for the outer one.
 */
export async function withLock<Result>(home: Home, work: () => Promise<Result>, limitMs = waitLimitMs): Promise<Result> {
  const lock = await waitFor(home.lock, limitMs)
  try {
    return await work()
  } finally {
    await lock.release()
  }
}

/** Takes data/.run.lock, held for a whole step; null when somebody else holds it. */
export function tryRunLock(home: Home): Promise<HeldLock | null> {
  return tryFileLock(home.runLock)
}

async function waitFor(file: string, limitMs: number): Promise<HeldLock> {
  let waitedMs = 0
  for (let pauseMs = 2; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    const lock = await tryFileLock(file)
    if (lock !== null) return lock
    if (waitedMs >= limitMs) throw new GenesisError('GI-LOCK-TIMEOUT', { why: `${file} is held by another process` })
    // Waiters that started together must not go on trying together.
    const jitteredMs = pauseMs * (0.5 + Math.random())
    await sleep(jitteredMs)
    waitedMs += jitteredMs
  }
}

/** Takes the kernel lock of any file (made when missing); null when somebody else holds it. */
export async function tryFileLock(file: string): Promise<HeldLock | null> {
  const handle = await openForLock(file)
  try {
    const taken = (await nativeTryLock())(handle.fd)
    // A lock on a file that was removed meanwhile (with all of data/, say) keeps nobody out.
    if (taken && (await isStillAt(handle, file))) return { release: () => handle.close() }
  } catch (error) {
    await handle.close()
    const code = systemErrorCode(error)
    if (code === undefined) throw error
    throw new GenesisError('GI-LOCK-UNSUPPORTED', { why: `${file} could not be locked (${code})`, cause: error })
  }
  await handle.close()
  return null
}

async function openForLock(file: string): Promise<FileHandle> {
  await makeDirectory(path.dirname(file))
  try {
    // The kernel gives an exclusive lock only to a descriptor that may write.
    return await open(file, appending, 0o600)
  } catch (error) {
    throw writeError(error, file)
  }
}

async function isStillAt(handle: FileHandle, file: string): Promise<boolean> {
  const held = await handle.stat()
  try {
    const present = await stat(file)
    return present.ino === held.ino && present.dev === held.dev
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return false
    throw error
  }
}

async function nativeTryLock(): Promise<(descriptor: number) => boolean> {
  try {
    const { default: native } = await import('fs-native-extensions')
    return (descriptor) => native.tryLock(descriptor)
  } catch (error) {
    throw new GenesisError('GI-LOCK-UNSUPPORTED', { why: error instanceof Error ? error.message : String(error), cause: error })
  }
}
