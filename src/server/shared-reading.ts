/** A reading that many may ask for at the same time: those who ask while it is fresh get the same one. */
export class SharedReading<Value> {
  readonly #read: () => Promise<Value>
  readonly #freshMs: number
  readonly #nowMs: () => number
  #last: { value: Promise<Value>; atMs: number } | null = null

  constructor(read: () => Promise<Value>, freshMs: number, nowMs: () => number) {
    this.#read = read
    this.#freshMs = freshMs
    this.#nowMs = nowMs
  }

  async get(): Promise<Value> {
    const nowMs = this.#nowMs()
    const last = this.#last
    if (last !== null && Math.abs(nowMs - last.atMs) < this.#freshMs) return await last.value
    const begun = { value: this.#read(), atMs: nowMs }
    this.#last = begun
    try {
      return await begun.value
    } catch (error) {
      if (this.#last === begun) this.#last = null
      throw error
    }
  }

  /** After a change: whoever asks from now on gets a new one. */
  forget(): void {
    this.#last = null
  }
}
