import { readFile, stat } from 'node:fs/promises'
import { systemErrorCode } from '../errors.ts'
import { isNestedTooDeeply } from '../state/nesting.ts'
import { findJsonMistake } from './json-position.ts'

/** What the file holds (`{}` when there is none), or why it can't be read or doesn't parse. */
export type ConfigFile = { raw: unknown } | { unreadable: string } | { malformed: string }

/** Far above any real configuration; whoever names another file by mistake gets a message, not a full memory. */
const largestBytes = 1 << 20

export async function readConfigFile(file: string): Promise<ConfigFile> {
  let bytes: Buffer
  try {
    const { size, isFile } = await describe(file)
    if (!isFile) return { unreadable: 'is not a regular file' }
    if (size > largestBytes) return { unreadable: `has ${size} bytes; allowed: up to ${largestBytes}` }
    bytes = await readFile(file)
  } catch (error) {
    const code = systemErrorCode(error)
    if (code === 'ENOENT') return { raw: {} }
    if (code === undefined) throw error
    return { unreadable: `could not be read (${code})` }
  }
  return parse(bytes)
}

async function describe(file: string): Promise<{ size: number; isFile: boolean }> {
  const status = await stat(file)
  return { size: status.size, isFile: status.isFile() }
}

function parse(bytes: Buffer): ConfigFile {
  let text: string
  try {
    // Drops a byte order mark, refuses what is not UTF-8.
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    if (error instanceof TypeError) return { malformed: 'is not UTF-8 text' }
    throw error
  }
  if (text.trim() === '') return { malformed: 'is empty; write {} to use the defaults, or remove it' }
  try {
    const raw: unknown = JSON.parse(text)
    return isNestedTooDeeply(raw) ? { malformed: 'is nested too deeply' } : { raw }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    const mistake = findJsonMistake(text)
    return {
      malformed: mistake === undefined ? error.message : `is not JSON: line ${mistake.line}, column ${mistake.column}: ${mistake.what}`,
    }
  }
}
