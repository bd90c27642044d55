import path from 'node:path'
import { systemErrorCode } from '../errors.ts'
import { digestFile, readTextIfPresent } from '../state/files.ts'

export const sumsName = 'SHA256SUMS'

/** A text as `sha256sum --check` reads it: digest, two spaces, name. */
export function renderSums(digests: Record<string, string>): string {
  return Object.entries(digests)
    .map(([name, digest]) => `${digest}  ${name}\n`)
    .join('')
}

/** What a SHA256SUMS text records, file to digest. Names that lead out of the directory are passed over. */
export function parseSums(text: string): Map<string, string> {
  const sums = new Map<string, string>()
  for (const line of text.split('\n')) {
    const [, digest, name] = /^([0-9a-f]{64}) [ *]([^/\\\0]+)$/.exec(line.trimEnd()) ?? []
    if (digest !== undefined && name !== undefined && name !== '..') sums.set(name, digest)
  }
  return sums
}

export interface SumsCheck {
  /** Digests as recorded, by file. */
  recorded: ReadonlyMap<string, string>
  differing: string[]
  missing: string[]
}

/** Reads every file that SHA256SUMS in a directory names; null when there is no such file. */
export async function checkSums(directory: string): Promise<SumsCheck | null> {
  const text = await readTextIfPresent(path.join(directory, sumsName))
  if (text === undefined) return null
  const check = { recorded: parseSums(text), differing: [] as string[], missing: [] as string[] }
  for (const [name, digest] of check.recorded) {
    const found = await digestIfPresent(path.join(directory, name))
    if (found === null) check.missing.push(name)
    else if (found !== digest) check.differing.push(name)
  }
  return check
}

/** SHA-256 of a file as it is on disk now, whatever is remembered of it; null when it is not there, and the system's reason when it can't be read. */
export async function digestIfPresent(file: string): Promise<string | null> {
  try {
    return await digestFile(file)
  } catch (error) {
    const code = systemErrorCode(error)
    if (code === undefined) throw error
    return code === 'ENOENT' || code === 'ENOTDIR' ? null : code
  }
}
