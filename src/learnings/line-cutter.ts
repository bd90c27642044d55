import { Carry } from './raw-entry.ts'
import type { RawEntry } from './raw-entry.ts'

const newline = 0x0a

/** Cuts a stream of bytes into lines of one JSON value each. A broken line is an entry that says so; blank lines are none. */
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
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      this.#endLine(this.#carry.take(chunk, start, end), this.#offset + end + 1, entries)
      start = end + 1
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
    this.#line += 1
    const entry = text === null ? { position: this.#line, broken: 'too-long' as const, start: 0, end: 0 } : parseLine(text, this.#line)
    if (entry !== null) {
      entry.start = this.#lineOffset
      entry.end = end
      entries.push(entry)
    }
    this.#lineOffset = end
  }
}

function parseLine(text: string, position: number): RawEntry | null {
  if (text === '' || text === '\r') return null
  try {
    return { position, value: JSON.parse(text), start: 0, end: 0 }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    // Rare things are looked for only here: a line of blanks, a byte order mark between joined files.
    const rest = text.trim()
    if (rest === '') return null
    return rest === text ? { position, broken: 'not-valid-json', start: 0, end: 0 } : parseLine(rest, position)
  }
}
