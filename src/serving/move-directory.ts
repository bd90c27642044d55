import { randomBytes } from 'node:crypto'
import { cp, open, readdir, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { systemErrorCode } from '../errors.ts'
import { syncDirectory, writeError } from '../state/files.ts'

/** Moves a directory into place in one rename; whatever stood there goes. Copies first where the two are on different disks. */
export async function replaceDirectory(source: string, target: string): Promise<void> {
  const parent = path.dirname(target)
  try {
    await removeLeftovers(parent, `.${path.basename(target)}.`)
    for (const name of await entriesOf(source)) await syncFile(path.join(source, name))
    await rm(target, { recursive: true, force: true })
    try {
      await rename(source, target)
    } catch (error) {
      if (systemErrorCode(error) !== 'EXDEV') throw error
      const copy = temporaryBeside(target)
      await cp(source, copy, { recursive: true, errorOnExist: true })
      for (const name of await entriesOf(copy)) await syncFile(path.join(copy, name))
      await rename(copy, target)
    }
    await syncDirectory(parent)
  } catch (error) {
    throw writeError(error, target)
  }
}

/** What a kill left behind; the run lock sees to it that nobody else is at work here. */
export async function removeLeftovers(parent: string, prefix: string): Promise<void> {
  for (const name of await entriesOf(parent)) {
    if (name.startsWith(prefix) && name.endsWith('.tmp')) await rm(path.join(parent, name), { recursive: true, force: true })
  }
}

/** A name in the same directory that nothing else has; `removeLeftovers` knows it again. */
export function temporaryBeside(file: string): string {
  return path.join(path.dirname(file), `.${path.basename(file)}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`)
}

async function syncFile(file: string): Promise<void> {
  const handle = await open(file, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function entriesOf(directory: string): Promise<string[]> {
  try {
    return await readdir(directory)
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return []
    throw error
  }
}
