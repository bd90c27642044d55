import { createHash, randomBytes } from 'node:crypto'
import { constants, createReadStream } from 'node:fs'
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { GenesisError, systemErrorCode, systemFailure } from '../errors.ts'

/** Turns the system's refusals while writing into errors the user can act on; anything else is passed on as it is. */
export function writeError(error: unknown, file: string): unknown {
  const code = systemErrorCode(error)
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new GenesisError('GI-DISK-FULL', { why: `writing ${file} failed: no space left`, cause: error })
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return new GenesisError('GI-HOME-READ-ONLY', { why: `${file} cannot be written (${code})`, cause: error })
  }
  if (code === 'ELOOP')
    return new GenesisError('GI-HOME-UNUSABLE', {
      what: 'A link stands where a file of the home is written.',
      why: `${file} is a link, and would be written through`,
      remedy: 'Put the file itself there. The directory data/ as a whole may be a link.',
      cause: error,
    })
  return systemFailure(error)
}

/** Opening with these never writes through a link that was planted in the home; `writeError` explains the refusal. */
export const appending = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW
const replacing = constants.O_WRONLY | constants.O_TRUNC | constants.O_CREAT | constants.O_NOFOLLOW

/** Creates a directory, and its parents, that only this user can read. */
export async function makeDirectory(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw writeError(error, directory)
  }
}

/** Takes away something temporary. Where that fails, a later call does it: an error that is on its way must not be hidden by another. */
export async function discard(place: string): Promise<void> {
  await rm(place, { recursive: true, force: true }).catch(() => undefined)
}

/** Makes a rename or a new file in `directory` survive a power cut. */
export async function syncDirectory(directory: string): Promise<void> {
  try {
    const handle = await open(directory, 'r')
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
  } catch (error) {
    throw writeError(error, directory)
  }
}

/** Replaces `file` in one piece: unique temporary file in the same directory, fsync, rename, fsync of the directory. */
export async function writeFileAtomic(file: string, content: string | Uint8Array, mode = 0o600): Promise<void> {
  await replaceFile(file, content, mode, true)
}

/** The same for what may be lost, or damaged, in a power cut and is then made anew: it does not wait for the disk. */
export async function writeCacheFile(file: string, content: string | Uint8Array): Promise<void> {
  await replaceFile(file, content, 0o600, false)
}

async function replaceFile(file: string, content: string | Uint8Array, mode: number, isSynced: boolean): Promise<void> {
  const directory = path.dirname(file)
  const temporary = path.join(directory, `.${path.basename(file)}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`)
  let isCreated = false
  try {
    await makeDirectory(directory)
    const handle = await open(temporary, 'wx', mode)
    isCreated = true
    try {
      await handle.writeFile(content)
      if (isSynced) await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(temporary, file)
    if (isSynced) await syncDirectory(directory)
  } catch (error) {
    if (isCreated) await discard(temporary)
    throw writeError(error, file)
  }
}

/**
 * Appends whole lines and syncs them. A line that a crash cut short is closed first, so that it spoils itself only.
 * The caller holds the lock of the home.
 */
export async function appendLines(file: string, lines: readonly string[]): Promise<void> {
  try {
    await makeDirectory(path.dirname(file))
    const handle = await open(file, appending, 0o600)
    try {
      const { size } = await handle.stat()
      const last = Buffer.alloc(1)
      if (size > 0) await handle.read(last, 0, 1, size - 1)
      const prefix = size > 0 && last[0] !== 0x0a ? '\n' : ''
      await handle.appendFile(prefix + lines.map((line) => `${line}\n`).join(''))
      await handle.sync()
      if (size === 0) await syncDirectory(path.dirname(file))
    } finally {
      await handle.close()
    }
  } catch (error) {
    throw writeError(error, file)
  }
}

/** The file's text, or undefined when there is no such file. */
export async function readTextIfPresent(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined
    throw error
  }
}

/** SHA-256 of a file, in hexadecimal, read in pieces. */
export async function digestFile(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer)
  return hash.digest('hex')
}

/** SHA-256 of a text, in hexadecimal. */
export function digestText(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** Writes lines as they come, syncs them, and says how many there were. */
export async function writeLines(file: string, lines: AsyncIterable<string> | Iterable<string>): Promise<number> {
  let written = 0
  try {
    const handle = await open(file, replacing, 0o600)
    try {
      let pending: string[] = []
      let pendingLength = 0
      for await (const line of lines) {
        pending.push(line, '\n')
        pendingLength += line.length
        written += 1
        if (pendingLength > 1 << 20) {
          await handle.appendFile(pending.join(''))
          pending = []
          pendingLength = 0
        }
      }
      await handle.appendFile(pending.join(''))
      await handle.sync()
    } finally {
      await handle.close()
    }
  } catch (error) {
    throw writeError(error, file)
  }
  return written
}
