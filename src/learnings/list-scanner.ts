import { closeBrace, closeBracket, colon, comma, openBrace, openBracket, quote } from './json-bytes.ts'
import { Carry } from './raw-entry.ts'
import type { RawEntry } from './raw-entry.ts'
import { isWhiteSpace, ValueScanner } from './value-scanner.ts'

/** The text is not JSON, or not to its end. */
export class BrokenJson extends Error {}

type Expectation = 'document' | 'first-key' | 'key' | 'colon' | 'member' | 'after-member' | 'first-entry' | 'entry' | 'after-entry' | 'end'
type Purpose = 'document' | 'key' | 'skipped' | 'entry'

const purposes: Partial<Record<Expectation, Purpose>> = {
  document: 'document',
  'first-key': 'key',
  key: 'key',
  member: 'skipped',
  'first-entry': 'entry',
  entry: 'entry',
}

/** Which byte leads from which expectation to which. */
const marks: Partial<Record<Expectation, Record<number, Expectation>>> = {
  document: { [openBrace]: 'first-key', [openBracket]: 'first-entry' },
  'first-key': { [closeBrace]: 'end' },
  colon: { [colon]: 'member' },
  member: { [openBracket]: 'first-entry' },
  'after-member': { [comma]: 'key', [closeBrace]: 'end' },
  'first-entry': { [closeBracket]: 'after-member' },
  'after-entry': { [comma]: 'entry', [closeBracket]: 'after-member' },
}

/**
 * Cuts the entries of {"learnings":[...]}, or of a bare list, out of a stream of bytes and parses each by itself, so that memory is
 * bounded by the longest entry and JSON.parse does the heavy part (docs/decisions/0003-reading-learnings.md).
 * Call `push` for every chunk in order, then `finish`. Both throw BrokenJson.
 */
export class ListScanner {
  #expects: Expectation = 'document'
  /** What the value being scanned is for; null between values. */
  #purpose: Purpose | null = null
  #key = ''
  #count = 0
  #offset: number
  #valueOffset = 0
  #valueByte = 0
  #isBareList = false
  #found: 'list' | 'empty' | 'no-list' = 'empty'
  readonly #scanner = new ValueScanner()
  readonly #carry = new Carry()

  /** `offset`: bytes of the file before the first chunk. */
  constructor(offset = 0) {
    this.#offset = offset
  }

  push(chunk: Buffer): RawEntry[] {
    const entries: RawEntry[] = []
    let index = 0
    let start = 0
    while (index < chunk.length) {
      if (this.#purpose !== null) {
        index = this.#scanner.scan(chunk, index)
        if (this.#scanner.isOpen) break
        this.#endValue(chunk, start, index, entries)
        continue
      }
      const byte = chunk[index] as number
      if (!isWhiteSpace(byte)) {
        const next = marks[this.#expects]?.[byte]
        const isListOfOthers = this.#expects === 'member' && this.#key !== 'learnings'
        if (next === undefined || isListOfOthers) {
          this.#beginValue(byte, index)
          start = index
          continue
        }
        this.#follow(byte, next)
      }
      index += 1
    }
    if (this.#purpose !== null && this.#purpose !== 'skipped') this.#carry.add(chunk.subarray(start))
    this.#offset += chunk.length
    return entries
  }

  /** Checks that the document was whole. `empty`: nothing, null or {}; `no-list`: something, but no list of learnings. */
  finish(): 'list' | 'empty' | 'no-list' {
    if (this.#purpose === 'document' && !this.#carry.isEmpty) this.#endValue(Buffer.alloc(0), 0, 0, [])
    if (this.#expects === 'end' || (this.#expects === 'document' && this.#purpose === null)) return this.#found
    throw new BrokenJson(`it ends too early, after ${this.#offset} bytes`)
  }

  #follow(byte: number, next: Expectation): void {
    if (this.#expects === 'document') this.#isBareList = byte === openBracket
    if (next === 'first-entry') this.#found = 'list'
    this.#expects = next === 'after-member' && this.#isBareList ? 'end' : next
  }

  #beginValue(byte: number, index: number): void {
    const purpose = purposes[this.#expects]
    const isMark = byte === comma || byte === colon || byte === closeBrace || byte === closeBracket
    if (purpose === undefined || isMark || (purpose === 'key' && byte !== quote)) throw this.#unexpected(byte, index)
    this.#purpose = purpose
    this.#valueOffset = this.#offset + index
    this.#valueByte = byte
    this.#scanner.begin(byte)
  }

  #endValue(chunk: Buffer, start: number, end: number, entries: RawEntry[]): void {
    const purpose = this.#purpose
    this.#purpose = null
    if (purpose === 'skipped') {
      const isNullList = this.#key === 'learnings' && this.#valueByte === 0x6e
      if (this.#found === 'empty' && !isNullList) this.#found = 'no-list'
      this.#expects = 'after-member'
      return
    }
    const text = this.#carry.take(chunk, start, end)
    if (purpose === 'entry') {
      this.#count += 1
      const place = { position: this.#count, start: this.#valueOffset, end: this.#offset + end }
      entries.push(text === null ? { ...place, broken: 'too-long' } : { ...place, value: parse(text, this.#valueOffset) })
      this.#expects = 'after-entry'
      return
    }
    const value = text === null ? '' : parse(text, this.#valueOffset)
    if (purpose === 'key') this.#key = String(value)
    else if (value !== null) this.#found = 'no-list'
    this.#expects = purpose === 'key' ? 'colon' : 'end'
  }

  #unexpected(byte: number, index: number): BrokenJson {
    const character = byte > 0x20 && byte < 0x7f ? `"${String.fromCharCode(byte)}"` : `byte 0x${byte.toString(16).padStart(2, '0')}`
    const after = this.#expects === 'end' ? ' after the end of the document' : ''
    return new BrokenJson(`unexpected ${character}${after} at byte ${this.#offset + index}`)
  }
}

function parse(text: string, offset: number): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) throw new BrokenJson(`the value that starts at byte ${offset} is not valid JSON`, { cause: error })
    throw error
  }
}
