import type { FileHandle } from 'node:fs/promises'
import { systemClock } from '../system/clock.ts'
import { LineCutter } from './line-cutter.ts'
import { BrokenJson, ListScanner } from './list-scanner.ts'
import { denied, isSameVersion, openFile, readError, versionOfHandle } from './open-file.ts'
import type { FileVersion } from './open-file.ts'
import type { RawEntry } from './raw-entry.ts'

const readBytes = 256 * 1024
/** What is parsed at a time: more than fits into a processor's nearer cache takes half as long again. */
const chunkBytes = 64 * 1024

/** Somebody wrote into the file while it was being read: what was read may be half old, half new. */
export class ChangedWhileRead extends Error {}

/** Somebody emptied the file a moment ago: who writes it anew does that first. */
export class JustEmptied extends ChangedWhileRead {}

/**
 * For so long an empty file is taken for one whose writer is midway; some make their text only after they have opened it. Less than the patience of
 * those who wait: a file that stays empty is an empty file.
 */
const emptyIsNewMs = 4000

/** The file is not whole JSON; `version` is the one that was read. */
export class UnparsableFile extends Error {
  readonly version: FileVersion

  constructor(message: string, version: FileVersion, cause: unknown) {
    super(message, { cause })
    this.version = version
  }
}

/**
 * The entries of genesis_learnings.json, in pieces; none when the file is missing or empty. Every piece comes from the version that
 * was opened: a file replaced by a rename is read to its end as it was, one written in place throws ChangedWhileRead.
 * Throws UnparsableFile, JustEmptied, GI-LEARNINGS-DENIED.
 */
export async function* entriesOfJson(file: string): AsyncGenerator<RawEntry[]> {
  const opened = await openFile(file)
  if (opened === null) return
  const { handle, version } = opened
  try {
    let scanner: ListScanner | undefined
    for await (const { chunk, offset } of chunksOf(handle, file, version.size)) {
      if (!isSameVersion(version, await versionOfHandle(handle))) throw new ChangedWhileRead(file)
      scanner ??= new ListScanner(offset)
      yield scanner.push(chunk)
    }
    if (!isSameVersion(version, await versionOfHandle(handle))) throw new ChangedWhileRead(file)
    if (version.size === 0n && isNew(version)) throw new JustEmptied(file)
    if (scanner?.finish() === 'no-list') yield [{ position: 1, broken: 'no-list', start: 0, end: Number(version.size) }]
  } catch (error) {
    if (!(error instanceof BrokenJson)) throw error
    if (!isSameVersion(version, await versionOfHandle(handle))) throw new ChangedWhileRead(file, { cause: error })
    throw new UnparsableFile(error.message, version, error)
  } finally {
    await handle.close()
  }
}

/** A time that lies ahead says nothing: the clock of another machine goes wrong. */
function isNew({ modifiedNs }: FileVersion): boolean {
  const ageMs = systemClock.now().getTime() - Number(modifiedNs / 1_000_000n)
  return ageMs >= 0 && ageMs < emptyIsNewMs
}

/**
 * The entries of a JSONL file, in pieces; none when it is missing. It is read as far as it reached when it was opened: lines that
 * are appended meanwhile belong to the next reading. Throws ChangedWhileRead when it shrank, GI-LEARNINGS-DENIED.
 */
export async function* entriesOfLines(file: string): AsyncGenerator<RawEntry[]> {
  const opened = await openFile(file)
  if (opened === null) return
  const { handle, version } = opened
  try {
    let cutter: LineCutter | undefined
    for await (const { chunk, offset } of chunksOf(handle, file, version.size)) {
      cutter ??= new LineCutter(offset)
      yield cutter.push(chunk)
    }
    if ((await versionOfHandle(handle)).size < version.size) throw new ChangedWhileRead(file)
    if (cutter !== undefined) yield cutter.finish()
  } finally {
    await handle.close()
  }
}

/** The first `size` bytes without a byte order mark. The chunks share one buffer: each is over when the next is asked for. */
async function* chunksOf(handle: FileHandle, file: string, size: bigint): AsyncGenerator<{ chunk: Buffer; offset: number }> {
  const buffer = Buffer.allocUnsafe(readBytes)
  let position = 0
  while (position < size) {
    const length = Math.min(readBytes, Number(size) - position)
    const { bytesRead } = await readAt(handle, file, buffer, length, position)
    if (bytesRead === 0) throw new ChangedWhileRead(file)
    const mark = position === 0 ? byteOrderMarkOf(buffer.subarray(0, bytesRead), file) : 0
    for (let start = mark; start < bytesRead; start += chunkBytes) {
      yield { chunk: buffer.subarray(start, Math.min(start + chunkBytes, bytesRead)), offset: position + start }
    }
    position += bytesRead
  }
}

async function readAt(handle: FileHandle, file: string, buffer: Buffer, length: number, position: number): Promise<{ bytesRead: number }> {
  try {
    return await handle.read(buffer, 0, length, position)
  } catch (error) {
    throw readError(error, file)
  }
}

function byteOrderMarkOf(start: Buffer, file: string): number {
  const [first, second, third] = start
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff))
    throw denied(file, 'it is UTF-16; it must be saved as UTF-8')
  return first === 0xef && second === 0xbb && third === 0xbf ? 3 : 0
}
