import { readFile } from 'node:fs/promises'
import type { z } from 'zod'
import { HoldoutDecision } from '../dataset/decision.ts'
import { PinnedItem } from '../dataset/pinned-item.ts'
import { RetiredItem } from '../dataset/retired-item.ts'
import { GenesisError, systemErrorCode } from '../errors.ts'
import { parseJson } from '../evaluation/json-equal.ts'
import { isCutShort } from '../state/history.ts'

/**
 * The items of data/pinned.jsonl or data/pinned-simulated.jsonl; none when there is no such file. It is written in one piece, so anything odd in
 * it is damage: an item that is passed over could be trained on.
 * @throws GenesisError GI-HELD-OUT-DAMAGED naming file and lines
 */
export async function readPinned(file: string): Promise<PinnedItem[]> {
  const lineOf = new Map<string, number>()
  return await readLines(file, (text, line) => {
    const value = parseJson(text)
    if (value === undefined) return 'it is not JSON'
    const item = PinnedItem.safeParse(value)
    if (!item.success) return misfit(item.error)
    const earlier = lineOf.get(item.data.id)
    if (earlier !== undefined) return `it has the id of line ${earlier}`
    lineOf.set(item.data.id, line)
    return [item.data]
  })
}

/**
 * The decisions in data/holdout.jsonl, oldest first; none when there is no such file. It is appended to: a line that a crash or a full disk
 * cut short never took effect, and is passed over.
 * @throws GenesisError GI-HELD-OUT-DAMAGED naming file and lines
 */
export async function readDecisions(file: string): Promise<HoldoutDecision[]> {
  return await readLines(file, (text) => {
    const value = parseJson(text)
    if (value === undefined) return isCutShort(text) ? [] : 'it is not JSON'
    const decision = HoldoutDecision.safeParse(value)
    return decision.success ? [decision.data] : misfit(decision.error)
  })
}

/**
 * The items in data/retired.jsonl, oldest first; none when there is no such file. Appended to, like the decisions.
 * @throws GenesisError GI-HELD-OUT-DAMAGED naming file and lines
 */
export async function readRetired(file: string): Promise<RetiredItem[]> {
  return await readLines(file, (text) => {
    const value = parseJson(text)
    if (value === undefined) return isCutShort(text) ? [] : 'it is not JSON'
    const item = RetiredItem.safeParse(value)
    return item.success ? [item.data] : misfit(item.error)
  })
}

const shownProblems = 5

/** `read` gives what stands in a line, or says what is wrong with it. */
async function readLines<Row>(file: string, read: (text: string, line: number) => Row[] | string): Promise<Row[]> {
  const rows: Row[] = []
  const problems: string[] = []
  for (const [index, bytes] of [...linesIn(await contentOf(file))].entries()) {
    const text = textOf(bytes)
    if (text?.trim() === '') continue
    const found = text === null ? 'it is not UTF-8 text' : read(text, index + 1)
    if (typeof found === 'string') problems.push(`line ${index + 1}: ${found}`)
    else rows.push(...found)
  }
  if (problems.length === 0) return rows
  const more = problems.length > shownProblems ? [`and ${problems.length - shownProblems} more`] : []
  throw damaged(file, [...problems.slice(0, shownProblems), ...more].join('; '))
}

async function contentOf(file: string): Promise<Buffer> {
  try {
    return await readFile(file)
  } catch (error) {
    const code = systemErrorCode(error)
    if (code === 'ENOENT') return Buffer.alloc(0)
    if (code === undefined) throw error
    throw damaged(file, `it cannot be read (${code})`, error)
  }
}

function* linesIn(content: Buffer): Generator<Buffer, void> {
  let start = 0
  for (let end = content.indexOf(0x0a); end >= 0; end = content.indexOf(0x0a, start)) {
    yield content.subarray(start, end)
    start = end + 1
  }
  if (start < content.length) yield content.subarray(start)
}

function textOf(bytes: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    if (error instanceof TypeError) return null
    throw error
  }
}

const misfit = ({ issues }: z.ZodError): string =>
  issues
    .slice(0, 3)
    .map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`))
    .join(', ')

const damaged = (file: string, why: string, cause?: unknown): GenesisError =>
  new GenesisError('GI-HELD-OUT-DAMAGED', { what: `${file} is damaged.`, why, cause })
