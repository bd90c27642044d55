import { closeBrace, comma, openBrace } from './json-bytes.ts'
import { Carry } from './raw-entry.ts'
import type { RawEntry } from './raw-entry.ts'

const newline = 0x0a
const carriageReturn = 0x0d

/**
 * Cuts a stream of bytes into lines of one JSON value each. A broken line is an entry that says so; blank lines are none.
 * The chunks are the cutter's until the next call: it writes into them.
 */
export class LineCutter {
  #line = 0
  /** Bytes of the file before the current chunk, and before the current line. */
  #offset: number
  #lineOffset: number
  readonly #carry = new Carry()

  /** `offset`: bytes of the file before the first chunk. */
  constructor(offset = 0) {
    this.#offset = offset
    this.#lineOffset = offset
  }

  push(chunk: Buffer): RawEntry[] {
    const entries: RawEntry[] = []
    let start = 0
    let end = chunk.indexOf(newline)
    if (end >= 0 && !this.#carry.isEmpty) {
      this.#endLine(this.#carry.take(chunk, 0, end), this.#offset + end + 1, entries)
      start = end + 1
      end = chunk.indexOf(newline, start)
    }
    const ends: number[] = []
    for (; end >= 0; end = chunk.indexOf(newline, end + 1)) ends.push(end)
    const values = parseTogether(chunk, start, ends)
    for (let index = 0; index < ends.length; index += 1) {
      const lineEnd = ends[index] as number
      if (values === null) this.#endLine(this.#carry.take(chunk, start, lineEnd), this.#offset + lineEnd + 1, entries)
      else this.#addEntry({ position: 0, value: values[index], start: 0, end: this.#offset + lineEnd + 1 }, entries)
      start = lineEnd + 1
    }
    if (start < chunk.length) this.#carry.add(chunk.subarray(start))
    this.#offset += chunk.length
    return entries
  }

  /** The last line, when no line end follows it. */
  finish(): RawEntry[] {
    const entries: RawEntry[] = []
    if (!this.#carry.isEmpty) this.#endLine(this.#carry.take(Buffer.alloc(0), 0, 0), this.#offset, entries)
    return entries
  }

  #endLine(text: string | null, end: number, entries: RawEntry[]): void {
    const entry = text === null ? { position: 0, broken: 'too-long' as const, start: 0, end: 0 } : parseLine(text)
    if (entry === null) {
      this.#line += 1
      this.#lineOffset = end
    } else this.#addEntry({ ...entry, end }, entries)
  }

  #addEntry(entry: RawEntry, entries: RawEntry[]): void {
    this.#line += 1
    entry.position = this.#line
    entry.start = this.#lineOffset
    this.#lineOffset = entry.end
    entries.push(entry)
  }
}

/**
 * The values of whole lines in one call of JSON.parse, which takes a quarter less time than a call for each; null when they must be
 * looked at one by one. Every line must look like one object and give one value, else two broken lines could be taken for a whole one.
 */
function parseTogether(chunk: Buffer, start: number, ends: readonly number[]): unknown[] | null {
  const last = ends.at(-1)
  if (last === undefined || !ends.every((end, index) => isOneObject(chunk, index === 0 ? start : (ends[index - 1] as number) + 1, end)))
    return null
  for (const end of ends) chunk[end] = comma
  try {
    const values = JSON.parse(`[${chunk.toString('utf8', start, last)}]`) as unknown[]
    return values.length === ends.length ? values : null
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  } finally {
    for (const end of ends) chunk[end] = newline
  }
}

function isOneObject(chunk: Buffer, start: number, end: number): boolean {
  const last = chunk[end - 1] === carriageReturn ? end - 2 : end - 1
  return last > start && chunk[start] === openBrace && chunk[last] === closeBrace
}

function parseLine(text: string): RawEntry | null {
  if (text === '' || text === '\r') return null
  try {
    return { position: 0, value: JSON.parse(text), start: 0, end: 0 }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    // Rare things are looked for only here: a line of blanks, a byte order mark between joined files.
    const rest = text.trim()
    if (rest === '') return null
    return rest === text ? { position: 0, broken: 'not-valid-json', start: 0, end: 0 } : parseLine(rest)
  }
}
