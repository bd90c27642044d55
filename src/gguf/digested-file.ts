import { createHash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'

/** A file that is written from its beginning to its end, and hashed meanwhile. */
export interface DigestedFile {
  /** Bytes so far. */
  readonly bytes: number
  append(piece: Uint8Array): Promise<void>
  /** Waits until all is on the disk; SHA-256 in hexadecimal. */
  finish(): Promise<string>
}

const flushedAtOnce = 32 << 20

export function writeDigested(handle: FileHandle): DigestedFile {
  const hash = createHash('sha256')
  let bytes = 0
  let flushedUpTo = 0
  // Settled: its failure is looked at when its turn comes, and must not count as an unhandled one until then.
  let flushing: Promise<PromiseSettledResult<void>[]> = Promise.resolve([])
  const flushed = async (): Promise<void> => {
    const [result] = await flushing
    if (result?.status === 'rejected') throw result.reason
  }
  return {
    get bytes() {
      return bytes
    },
    append: async (piece) => {
      // The write is done by another thread while this one hashes.
      const writing = writeWhole(handle, piece, bytes)
      hash.update(piece)
      bytes += piece.length
      await writing
      if (bytes - flushedUpTo < flushedAtOnce) return
      // The disk begins early, so that little is left to wait for at the end.
      flushedUpTo = bytes
      await flushed()
      flushing = Promise.allSettled([handle.datasync()])
    },
    finish: async () => {
      await flushed()
      await handle.sync()
      return hash.digest('hex')
    },
  }
}

async function writeWhole(handle: FileHandle, piece: Uint8Array, position: number): Promise<void> {
  let done = 0
  while (done < piece.length) done += (await handle.write(piece, done, piece.length - done, position + done)).bytesWritten
}
