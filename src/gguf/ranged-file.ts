import { open, stat } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { systemErrorCode } from '../errors.ts'

const longestRead = 1 << 30

/** Opens a regular file for reading; `refusal` makes the error out of the reason why that can't be. */
export async function openRegularFile(file: string, refusal: (why: string, cause?: unknown) => Error): Promise<FileHandle> {
  try {
    // Asked before opening: opening a named pipe would wait for a writer.
    if ((await stat(file)).isFile()) return await open(file, 'r')
  } catch (error) {
    const code = systemErrorCode(error)
    if (code === undefined) throw error
    const reason = code === 'ENOENT' ? 'there is no such file' : code === 'EACCES' ? 'this user may not read it' : code
    throw refusal(`${file}: ${reason}`, error)
  }
  throw refusal(`${file} is not a regular file`)
}

/** `length` bytes from `position` on; `tooShort` makes the error for a file that ends before them. */
export async function readRange(
  handle: FileHandle,
  position: number,
  length: number,
  tooShort: () => Error,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(new ArrayBuffer(length))
  await readInto(handle, position, bytes, tooShort)
  return bytes
}

/** As `readRange`, into memory that is there already. */
export async function readInto(handle: FileHandle, position: number, target: Uint8Array, tooShort: () => Error): Promise<void> {
  for (let done = 0; done < target.length;) {
    const { bytesRead } = await handle.read(target, done, Math.min(target.length - done, longestRead), position + done)
    if (bytesRead === 0) throw tooShort()
    done += bytesRead
  }
}
