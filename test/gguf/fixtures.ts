import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { GenesisError } from '../../src/errors.ts'
import type { ErrorCode } from '../../src/errors.ts'

/** A file made by test/fixtures/gguf/make_fixtures.py. */
export const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/gguf/${name}`, import.meta.url))

export const readFixture = (name: string): Buffer => readFileSync(fixture(name))

export function readFloats(name: string): Float32Array {
  const bytes = readFixture(name)
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length))
}

/** A directory of the test's own, gone afterwards. */
export async function inDirectory<T>(work: (directory: string) => Promise<T>): Promise<T> {
  const directory = mkdtempSync(path.join(tmpdir(), 'genesis-gguf-'))
  try {
    return await work(directory)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

/** For assert.throws and assert.rejects: the error has this code, and its reason matches. */
export const refusal =
  (code: ErrorCode, reason: RegExp) =>
  (error: unknown): boolean =>
    error instanceof GenesisError && error.code === code && reason.test(`${error.what} ${error.why ?? ''}`)
