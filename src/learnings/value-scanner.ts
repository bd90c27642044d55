import { backslash, closeBrace, closeBracket, comma, openBrace, openBracket, quote } from './json-bytes.ts'

/** Finds where one JSON value ends, over any number of chunks. It counts brackets and strings only: JSON.parse does the checking. */
export class ValueScanner {
  #depth = 0
  #inString = false
  #escaped = false
  #isScalar = false

  begin(byte: number): void {
    this.#depth = 0
    this.#inString = false
    this.#escaped = false
    this.#isScalar = byte !== quote && byte !== openBrace && byte !== openBracket
  }

  /** Whether the value goes on after what was scanned; a number or a word does until something else follows. */
  get isOpen(): boolean {
    return this.#depth > 0 || this.#inString || this.#isScalar
  }

  /** Goes on to the end of the value, or of the chunk; returns the index after what was scanned. */
  scan(chunk: Buffer, from: number): number {
    return this.#isScalar ? this.#scanScalar(chunk, from) : this.#scanNested(chunk, from)
  }

  #scanScalar(chunk: Buffer, from: number): number {
    let index = from
    while (index < chunk.length && !isDelimiter(chunk[index] as number)) index += 1
    if (index < chunk.length) this.#isScalar = false
    return index
  }

  #scanNested(chunk: Buffer, from: number): number {
    const end = chunk.length
    let index = this.#escaped ? from + 1 : from
    let depth = this.#depth
    let inString = this.#inString
    while (index < end) {
      if (inString) {
        index = endOfString(chunk, index)
        if (index >= end) break
        index += 1
        inString = false
        if (depth === 0) break
        continue
      }
      const byte = chunk[index]
      index += 1
      if (byte === quote) inString = true
      else if (byte === openBrace || byte === openBracket) depth += 1
      else if ((byte === closeBrace || byte === closeBracket) && --depth === 0) break
    }
    // A backslash was the last byte of the chunk: what it escapes is the first of the next one.
    this.#escaped = index > end
    this.#depth = depth
    this.#inString = inString
    return Math.min(index, end)
  }
}

/** The index of the quote that ends the string, or one at or after the end of the chunk. */
function endOfString(chunk: Buffer, from: number): number {
  const end = chunk.length
  let index = from
  while (index < end) {
    const byte = chunk[index]
    if (byte === quote) return index
    index += byte === backslash ? 2 : 1
  }
  return index
}

export function isWhiteSpace(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d)
}

function isDelimiter(byte: number): boolean {
  return byte === comma || byte === closeBracket || byte === closeBrace || isWhiteSpace(byte)
}
