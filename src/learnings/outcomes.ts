/** What was observed of the model in the field: successes against corrections and errors. */
export interface Outcomes {
  successes: number
  failures: number
}

interface Observation {
  time: string
  order: number
  isSuccess: boolean
}

/** Keeps the newest `limit` outcomes of a stream in any order: a heap with the oldest kept one on top. */
export class OutcomeWindow {
  readonly #limit: number
  readonly #heap: Observation[] = []
  #order = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  /** `time`: as `toISOString` writes it, empty when unknown and then older than any; of equal times the later call is the newer one. */
  add(time: string, isSuccess: boolean): void {
    this.#order += 1
    const observation = { time, order: this.#order, isSuccess }
    if (this.#heap.length < this.#limit) {
      this.#heap.push(observation)
      this.#rise(this.#heap.length - 1)
      return
    }
    const oldest = this.#heap[0]
    if (oldest === undefined || isOlder(observation, oldest)) return
    this.#heap[0] = observation
    this.#sink(0)
  }

  /** How many are kept. */
  get size(): number {
    return this.#heap.length
  }

  /** Whether each was a failure, oldest first. */
  failures(): boolean[] {
    return [...this.#heap].sort((one, other) => (isOlder(one, other) ? -1 : 1)).map(({ isSuccess }) => !isSuccess)
  }

  tally(): Outcomes {
    const successes = this.#heap.filter(({ isSuccess }) => isSuccess).length
    return { successes, failures: this.#heap.length - successes }
  }

  #rise(from: number): void {
    let index = from
    while (index > 0) {
      const parent = (index - 1) >> 1
      if (!this.#swapIfOlder(index, parent)) return
      index = parent
    }
  }

  #sink(from: number): void {
    let index = from
    for (;;) {
      const left = 2 * index + 1
      const right = left + 1
      if (left >= this.#heap.length) return
      const child = right < this.#heap.length && isOlder(this.#at(right), this.#at(left)) ? right : left
      if (!this.#swapIfOlder(child, index)) return
      index = child
    }
  }

  #swapIfOlder(child: number, parent: number): boolean {
    const one = this.#at(child)
    const other = this.#at(parent)
    if (!isOlder(one, other)) return false
    this.#heap[child] = other
    this.#heap[parent] = one
    return true
  }

  #at(index: number): Observation {
    return this.#heap[index] as Observation
  }
}

function isOlder(one: Observation, other: Observation): boolean {
  return one.time === other.time ? one.order < other.order : one.time < other.time
}
