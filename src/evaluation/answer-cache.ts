import { open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { appending, makeDirectory, readTextIfPresent, syncDirectory, writeError } from '../state/files.ts'
import { parseJson } from './json-equal.ts'

const CachedAnswer = z.object({ key: z.string(), text: z.string(), finish: z.enum(['stop', 'length']).nullable() })
export type CachedAnswer = z.infer<typeof CachedAnswer>

/**
 * Answers of one model, runtime and prompt convention, as JSON lines. Appended as they arrive, so that a kill loses no more than the
 * answer in flight; a line that does not parse is taken as not there, so its question is asked again.
 */
export class AnswerCache {
  readonly #file: string
  readonly #handle: FileHandle
  readonly #answers: Map<string, CachedAnswer>

  private constructor(file: string, handle: FileHandle, answers: Map<string, CachedAnswer>) {
    this.#file = file
    this.#handle = handle
    this.#answers = answers
  }

  /** `name` tells apart model, runtime and prompt convention; it is part of the file's name. */
  static async open(directory: string, name: string): Promise<AnswerCache> {
    const file = path.join(directory, `${name}.jsonl`)
    await makeDirectory(directory)
    const text = (await readTextIfPresent(file)) ?? ''
    const answers = new Map<string, CachedAnswer>()
    for (const line of text.split('\n')) {
      const parsed = CachedAnswer.safeParse(parseJson(line))
      if (parsed.success) answers.set(parsed.data.key, parsed.data)
    }
    const handle = await opened(file)
    const cache = new AnswerCache(file, handle, answers)
    if (text === '') await syncDirectory(directory)
    // A line that a kill cut short is closed, so that it spoils itself only.
    else if (!text.endsWith('\n')) await cache.#append('\n')
    return cache
  }

  get(key: string): CachedAnswer | undefined {
    return this.#answers.get(key)
  }

  /** In the hands of the system when it returns; safe from a power cut once the cache is closed. */
  async add(answer: CachedAnswer): Promise<void> {
    this.#answers.set(answer.key, answer)
    await this.#append(`${JSON.stringify(answer)}\n`)
  }

  async close(): Promise<void> {
    try {
      await this.#handle.sync()
    } finally {
      await this.#handle.close()
    }
  }

  async #append(text: string): Promise<void> {
    try {
      await this.#handle.appendFile(text)
    } catch (error) {
      throw writeError(error, this.#file)
    }
  }
}

async function opened(file: string): Promise<FileHandle> {
  try {
    return await open(file, appending, 0o600)
  } catch (error) {
    throw writeError(error, file)
  }
}
