import { readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { GenesisError, systemErrorCode } from '../errors.ts'
import { digestFile, writeFileAtomic } from './files.ts'
import type { Home } from './home.ts'

/** What a file system tells files and their contents apart by; a file keeps it when it is renamed. */
const CachedDigest = z.object({ identity: z.string(), digest: z.string().regex(/^[0-9a-f]{64}$/) })
type CachedDigest = z.infer<typeof CachedDigest>

/**
 * SHA-256 of a file, in hexadecimal, read again only when the file's inode, size or time changed. Works in a read-only home, where
 * nothing is remembered. Throws the file system's error when the file can't be read.
 */
export async function cachedDigest(home: Home, file: string): Promise<string> {
  const identity = await identityOf(file)
  const entry = path.join(home.cache, 'digests', `${identity}.json`)
  const known = await readEntry(entry)
  if (known?.identity === identity) return known.digest
  const digest = await digestFile(file)
  // A file that changed while it was read has no digest worth keeping.
  if ((await identityOf(file)) === identity) await remember(entry, { identity, digest })
  return digest
}

/** Inode, size and time of a file in one text: another content means another one. Throws the file system's error. */
export async function identityOf(file: string): Promise<string> {
  const { ino, size, mtimeNs } = await stat(file, { bigint: true })
  return `${ino}-${size}-${mtimeNs}`
}

async function readEntry(entry: string): Promise<CachedDigest | undefined> {
  try {
    return CachedDigest.parse(JSON.parse(await readFile(entry, 'utf8')))
  } catch (error) {
    // It is only a cache: missing, unreadable or damaged means reading the file itself.
    if (systemErrorCode(error) !== undefined || error instanceof SyntaxError || error instanceof z.ZodError) return undefined
    throw error
  }
}

async function remember(entry: string, content: CachedDigest): Promise<void> {
  try {
    await writeFileAtomic(entry, `${JSON.stringify(content)}\n`)
  } catch (error) {
    // A disk that is full or can't be written: the work that needs it will say so.
    if (!(error instanceof GenesisError) && systemErrorCode(error) === undefined) throw error
  }
}
