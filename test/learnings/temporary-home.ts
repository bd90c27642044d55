import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { TestContext } from 'node:test'
import { homeAt } from '../../src/state/home.ts'
import type { Home } from '../../src/state/home.ts'

/** A home with an empty data directory that goes when the test ends. */
export async function temporaryHome(test: TestContext, files: { json?: string | Buffer; jsonl?: string | Buffer } = {}): Promise<Home> {
  const directory = await mkdtemp(path.join(tmpdir(), 'genesis-learnings-'))
  test.after(() => rm(directory, { recursive: true, force: true }))
  const home = homeAt(directory)
  await mkdir(home.data)
  if (files.json !== undefined) await writeFile(home.learningsJson, files.json)
  if (files.jsonl !== undefined) await writeFile(home.learningsJsonl, files.jsonl)
  return home
}

/** Looks again at once instead of after a second. */
export const impatient = { attempts: 3, delayMs: 0, sleep: () => Promise.resolve() }

export const correction = (id: string, more: object = {}): object => ({ id, input: `question ${id}`, correction: `answer ${id}`, ...more })
