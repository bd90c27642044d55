import { GenesisError } from '../errors.ts'

/** Thrown inside the header parser when the piece of the file that it was given ends too early. Never leaves this room. */
export class MoreBytesNeeded extends Error {
  readonly end: number
  constructor(end: number) {
    super(`the header needs the first ${end} bytes`)
    this.end = end
  }
}

/** Reads the beginning of a file step by step; every length is checked against the size of the whole file before anything is allocated. */
export class ByteCursor {
  position = 0
  readonly bytes: Uint8Array
  readonly fileSize: number
  private readonly view: DataView

  constructor(bytes: Uint8Array, fileSize: number) {
    this.bytes = bytes
    this.fileSize = fileSize
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /** How much of the file is left after the position. */
  get remaining(): number {
    return this.fileSize - this.position
  }

  /** Steps over `length` bytes and returns where they began. `what` names them in the error. */
  skip(length: number, what: string): number {
    if (length > this.remaining)
      throw invalidGguf(`${what} goes beyond the end of the file (${length} bytes from byte ${this.position} on)`)
    const start = this.position
    if (start + length > this.bytes.length) throw new MoreBytesNeeded(start + length)
    this.position = start + length
    return start
  }

  uint32(what: string): number {
    return this.view.getUint32(this.skip(4, what), true)
  }

  /** A 64-bit count, length or offset. Those that JavaScript can't count with exactly are beyond any file. */
  uint64(what: string): number {
    const value = this.view.getBigUint64(this.skip(8, what), true)
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw invalidGguf(`${what} is ${value}, more than any file can hold`)
    return Number(value)
  }

  /** Steps over a string of at most `longest` bytes and returns them; they share memory with the cursor's. A longer one is refused unread. */
  string(what: string, longest = Infinity): Uint8Array {
    const length = this.uint64(what)
    if (length > longest) throw invalidGguf(`${what} has ${length} bytes; at most ${longest} are read`)
    const start = this.skip(length, what)
    return this.bytes.subarray(start, start + length)
  }
}

export function invalidGguf(why: string): GenesisError {
  return new GenesisError('GI-GGUF-INVALID', { why })
}
