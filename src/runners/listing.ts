import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { GenesisError } from '../errors.ts'
import { digestFile } from '../state/files.ts'
import { outputFiles, runScript } from './machine.ts'
import type { Machine } from './machine.ts'
import { quoted } from './quote.ts'

/** SHA-256 of files by their paths inside a folder. */
export type Listing = ReadonlyMap<string, string>

/** Sets `sum` to what prints SHA-256 digests there. */
export const digestProgram = `if command -v sha256sum >/dev/null 2>&1; then sum=sha256sum
elif command -v shasum >/dev/null 2>&1; then sum='shasum -a 256'
else sum='openssl dgst -sha256 -r'; fi`

export const listingScript = (folder: string): string => `${digestProgram}\ncd ${quoted(folder)} && ${outputFiles} -exec $sum {} +`

export async function listingThere(machine: Machine, folder: string, signal: AbortSignal): Promise<Listing> {
  return parseListing(await runScript(machine, listingScript(folder), signal))
}

/** Lines as `sha256sum`, `shasum` and `openssl dgst -r` print them: a digest, a space, a space or a star, a path. */
export function parseListing(lines: readonly string[]): Listing {
  const found = lines.map((line) => /^([0-9a-f]{64}) [ *]\.\/(.+)$/.exec(line))
  if (found.includes(null)) throw new GenesisError('GI-RUNNER-DIFFERS', { why: `it answered ${JSON.stringify(lines.slice(0, 2))}` })
  return new Map(found.map((match) => [match?.[2] ?? '', match?.[1] ?? '']))
}

export async function listingHere(folder: string): Promise<Listing> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name))
  const digests = await Promise.all(
    files.map(async (file) => [path.relative(folder, file).split(path.sep).join('/'), await digestFile(file)] as const),
  )
  return new Map(digests)
}

/** Throws GI-RUNNER-DIFFERS naming the first file that is missing, too many or another. */
export function requireSame(sent: Listing, arrived: Listing, where: string): void {
  const names = [...new Set([...sent.keys(), ...arrived.keys()])].sort()
  const other = names.find((name) => sent.get(name) !== arrived.get(name))
  if (other === undefined) return
  const how = !arrived.has(other) ? 'is missing' : !sent.has(other) ? 'was not sent' : 'has another content'
  throw new GenesisError('GI-RUNNER-DIFFERS', { why: `${other} ${how} ${where}` })
}
