import { open } from 'node:fs/promises'
import { StringDecoder } from 'node:string_decoder'
import { systemErrorCode } from '../errors.ts'

const pieceBytes = 1 << 20

/**
 * Reads a file that grows, line by line. It may be moved from one of its places to another meanwhile; while it is at none it counts as empty, and
 * one that was replaced by a shorter one begins anew.
 */
export class LineTail {
  readonly #places: readonly string[]
  #offset = 0
  #rest = ''
  #decoder = new StringDecoder('utf8')

  constructor(...places: readonly string[]) {
    this.#places = places
  }

  /** The whole lines that came since the last call, without their ends. */
  async *lines(): AsyncGenerator<string> {
    for await (const piece of this.#pieces()) {
      const lines = (this.#rest + piece).split('\n')
      this.#rest = lines.pop() ?? ''
      for (const line of lines) yield line.endsWith('\r') ? line.slice(0, -1) : line
    }
  }

  /** What stands behind the last line end; empty when nothing does. It is forgotten then. */
  takeRest(): string {
    const rest = this.#rest + this.#decoder.end()
    this.#rest = ''
    return rest
  }

  async *#pieces(): AsyncGenerator<string> {
    const handle = await openFirst(this.#places)
    if (handle === null) return
    try {
      const { size } = await handle.stat()
      if (size < this.#offset) {
        this.takeRest()
        this.#offset = 0
      }
      const buffer = Buffer.alloc(Math.min(pieceBytes, Math.max(0, size - this.#offset)))
      while (this.#offset < size) {
        const { bytesRead } = await handle.read(buffer, 0, buffer.length, this.#offset)
        if (bytesRead === 0) return
        this.#offset += bytesRead
        yield this.#decoder.write(buffer.subarray(0, bytesRead))
      }
    } finally {
      await handle.close()
    }
  }
}

async function openFirst(places: readonly string[]): Promise<Awaited<ReturnType<typeof open>> | null> {
  for (const place of places)
    try {
      return await open(place, 'r')
    } catch (error) {
      if (systemErrorCode(error) !== 'ENOENT') throw error
    }
  return null
}
