import type { UnusableReason } from './usability.ts'

/** An entry longer than this (bytes) is passed over and counted, so that memory stays bounded whatever the file holds. */
const longestEntry = 16 * 1024 * 1024

/** One entry as it stands in a file: the parsed value, or why there is none. */
export interface RawEntry {
  /** Its number in the .json file, its line in the .jsonl file; from 1. */
  position: number
  value?: unknown
  broken?: UnusableReason
  /** Where it stands in the file: its first byte, and the byte after its last (of a line: after its line end). */
  start: number
  end: number
}

/** Gathers the pieces of a text that reach over several chunks. */
export class Carry {
  #pieces: Buffer[] = []
  #length = 0
  /** The text became longer than any entry may be; its bytes are no longer kept. */
  isOversized = false

  get isEmpty(): boolean {
    return this.#length === 0 && !this.isOversized
  }

  /** Keeps a copy: the chunk's memory is used again for the next one. */
  add(bytes: Buffer): void {
    this.#length += bytes.length
    if (this.#length > longestEntry) {
      this.isOversized = true
      this.#pieces = []
    }
    if (!this.isOversized && bytes.length > 0) this.#pieces.push(Buffer.from(bytes))
  }

  /** The whole text with its last piece, or null when it was too long; empty afterwards. */
  take(chunk: Buffer, start: number, end: number): string | null {
    if (this.isEmpty) return end - start > longestEntry ? null : chunk.toString('utf8', start, end)
    this.add(chunk.subarray(start, end))
    const text = this.isOversized ? null : Buffer.concat(this.#pieces).toString('utf8')
    this.clear()
    return text
  }

  clear(): void {
    this.#pieces = []
    this.#length = 0
    this.isOversized = false
  }
}
