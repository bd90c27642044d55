import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { systemErrorCode } from '../errors.ts'
import { digestText } from '../state/files.ts'

/** By which a changed program is noticed: SHA-256 over it, its arguments, and those of them that are files. */
export async function commandDigest({ program, args }: { program: string; args: readonly string[] }, homeRoot: string): Promise<string> {
  const parts: string[] = []
  for (const part of [program, ...args]) parts.push(part, await contentDigest(path.resolve(homeRoot, part)))
  return digestText(JSON.stringify(parts))
}

async function contentDigest(file: string): Promise<string> {
  try {
    return digestText(await readFile(file, 'latin1'))
  } catch (error) {
    if (systemErrorCode(error) !== undefined) return 'none'
    throw error
  }
}
