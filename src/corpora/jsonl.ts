import { createReadStream } from 'node:fs'
import { access, constants, stat } from 'node:fs/promises'
import { GenesisError, systemErrorCode } from '../errors.ts'
import type { Problem } from '../problem.ts'
import { LineCutter } from '../learnings/line-cutter.ts'
import type { RawEntry } from '../learnings/raw-entry.ts'
import { unusableReasons } from '../learnings/usability.ts'
import { readCorpusEntry } from './entry.ts'
import type { Corpus, CorpusEntry } from './port.ts'

/** A JSONL file of `{"input","output","category"?,"id"?}`, the usual aliases, or chat `messages`. A file that does not exist is an empty corpus. */
export function openJsonlCorpus({ file }: { file: string }): Corpus {
  return {
    name: `jsonl ${file}`,
    async preflight(): Promise<Problem[]> {
      const why = await reasonUnreadable(file)
      return why === undefined
        ? []
        : [
            {
              code: 'GI-CORPUS-UNREADABLE',
              what: `The corpus ${file} ${why}.`,
              remedy: 'Make it a readable JSONL file, or change "corpus.path" in genesis-improve.config.json.',
            },
          ]
    },
    async *read(skipped: (reason: string) => void): AsyncGenerator<CorpusEntry> {
      const why = await reasonUnreadable(file)
      if (why !== undefined) throw new GenesisError('GI-CORPUS-UNREADABLE', { why: `${file} ${why}` })
      yield* readEntries(file, skipped)
    },
  }
}

async function* readEntries(file: string, skipped: (reason: string) => void): AsyncGenerator<CorpusEntry> {
  const ids = new Set<string>()
  for await (const { position, value, broken } of readValues(file)) {
    const entry = broken === undefined ? readCorpusEntry(value) : unusableReasons[broken]
    if (typeof entry === 'string') skipped(`Line ${position} ${entry}.`)
    else if (ids.has(entry.id)) skipped(`Line ${position} repeats the id or the content of an earlier line.`)
    else {
      ids.add(entry.id)
      yield entry
    }
  }
}

async function* readValues(file: string): AsyncGenerator<RawEntry> {
  const cutter = new LineCutter()
  try {
    for await (const chunk of createReadStream(file, { highWaterMark: 1 << 18 })) yield* cutter.push(chunk as Buffer)
  } catch (error) {
    const code = systemErrorCode(error)
    if (code === 'ENOENT') return
    if (code === undefined) throw error
    throw new GenesisError('GI-CORPUS-UNREADABLE', { why: `${file} cannot be read (${code})`, cause: error })
  }
  yield* cutter.finish()
}

/** Completes "The corpus FILE ..."; undefined when it can be read or does not exist. */
async function reasonUnreadable(file: string): Promise<string | undefined> {
  try {
    if (!(await stat(file)).isFile()) return 'is not a regular file'
    await access(file, constants.R_OK)
    return undefined
  } catch (error) {
    const code = systemErrorCode(error)
    if (code === 'ENOENT') return undefined
    if (code === undefined) throw error
    return `cannot be read (${code})`
  }
}
