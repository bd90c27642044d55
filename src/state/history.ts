import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { systemErrorCode } from '../errors.ts'
import { readTextIfPresent } from './files.ts'
import type { Home } from './home.ts'
import type { ClosedCycle, CycleSummary, ReleaseSummary } from './rebuild.ts'
import { Backoff, LastCycle, Timestamp } from './state.ts'

/** What a home still knows of its past beside the state file. */
export interface History {
  releases: ReleaseSummary[]
  cycles: CycleSummary[]
  /** Files that should tell of the past and can't be read, each with the reason. */
  unreadable: string[]
}

/** The part of data/models/<name>/release.json that the state follows from. */
const ReleaseFile = z.object({
  name: z.string(),
  cycle: z.string(),
  createdAt: Timestamp,
  deployedAt: Timestamp.nullable(),
  rolledBackAt: Timestamp.nullish(),
  improvementScore: z.number().nullable(),
})

/** The part of a journal line that the state follows from. */
const JournalLine = z.object({ event: z.string(), at: Timestamp, step: z.string().optional() })
const ClosedLine = LastCycle.omit({ id: true })
  .partial({ fingerprint: true, newly_pinned: true, learnings_seen: true })
  .extend({ backoff: Backoff.nullish() })

/** Reads all releases and journals of a home. Changes nothing and takes no lock. */
export async function readHistory(home: Home): Promise<History> {
  const history: History = { releases: [], cycles: [], unreadable: [] }
  const guarded = async (file: string, read: () => Promise<void>): Promise<void> => {
    try {
      await read()
    } catch (error) {
      if (!(error instanceof z.ZodError) && !(error instanceof SyntaxError) && systemErrorCode(error) === undefined) throw error
      history.unreadable.push(`${file}: ${systemErrorCode(error) ?? 'damaged'}`)
    }
  }
  await guarded(home.models, async () => {
    for (const name of await directoriesIn(home.models)) {
      const file = path.join(home.models, name, 'release.json')
      await guarded(file, async () => {
        history.releases.push(summariseRelease(JSON.parse(await readFile(file, 'utf8'))))
      })
    }
  })
  await guarded(home.cycles, async () => {
    for (const id of await directoriesIn(home.cycles)) {
      const file = path.join(home.cycles, id, 'journal.jsonl')
      await guarded(file, async () => {
        const cycle = await readCycle(path.join(home.cycles, id), id)
        if (cycle !== null) history.cycles.push(cycle)
      })
    }
  })
  return history
}

function summariseRelease(raw: unknown): ReleaseSummary {
  const { rolledBackAt, ...release } = ReleaseFile.parse(raw)
  return { ...release, rolledBackAt: rolledBackAt ?? null }
}

/** Null for a cycle that a crash kept from being opened: nothing of it was written yet. */
async function readCycle(directory: string, id: string): Promise<CycleSummary | null> {
  const text = (await readTextIfPresent(path.join(directory, 'journal.jsonl'))) ?? ''
  if (text === '') {
    const others = (await readdir(directory)).filter((name) => !name.startsWith('.') && name !== 'journal.jsonl')
    if (others.length === 0) return null
  }
  return summariseJournal(id, text)
}

/**
 * Reads a journal. Lines that a crash cut short count as not written, wherever they stand: the next append closes them. Throws
 * SyntaxError or ZodError when the journal is damaged in another way.
 */
export function summariseJournal(id: string, text: string): CycleSummary {
  const events = text
    .split('\n')
    .filter((line) => line !== '' && !isCutShort(line))
    .map((line): unknown => JSON.parse(line))
  let openedAt: string | undefined
  let trainedAt: string | null = null
  let closed: ClosedCycle | null = null
  for (const event of events) {
    const line = JournalLine.parse(event)
    if (line.event === 'opened') openedAt = line.at
    if (line.event === 'step-finished' && line.step === 'train') trainedAt = line.at
    if (line.event === 'closed') {
      const { backoff, fingerprint, newly_pinned, learnings_seen, ...rest } = ClosedLine.parse(event)
      closed = {
        ...rest,
        fingerprint: fingerprint ?? '',
        newly_pinned: newly_pinned ?? 0,
        learnings_seen: learnings_seen ?? 0,
        backoff: backoff ?? null,
      }
    }
  }
  if (openedAt === undefined) throw new SyntaxError('the journal does not say when the cycle was opened')
  return { id, openedAt, trainedAt, closed }
}

/** Whether a line is the beginning of a JSON object without its end. */
export function isCutShort(line: string): boolean {
  if (!line.startsWith('{')) return false
  let depth = 0
  let inString = false
  for (let position = 0; position < line.length; position += 1) {
    const character = line.charAt(position)
    if (inString && character === '\\') position += 1
    else if (character === '"') inString = !inString
    else if (!inString && '{['.includes(character)) depth += 1
    else if (!inString && '}]'.includes(character)) depth -= 1
    if (depth === 0) return false
  }
  return true
}

/** Names of the directories in a directory, in order, without hidden ones and links; none when it does not exist. */
async function directoriesIn(directory: string): Promise<string[]> {
  try {
    const entries = await readdir(directory, { withFileTypes: true })
    return entries
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
      .map((entry) => entry.name)
      .sort()
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return []
    throw error
  }
}
