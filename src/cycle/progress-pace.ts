import type { Step } from './step.ts'

const pauseMs = 30_000

/** Which reports of long work become a line of their own: the first of each step, then one every half minute. */
export class ProgressPace {
  #step: Step | null | undefined
  #lineAtMs = -Infinity

  isDue(step: Step | null, nowMs: number): boolean {
    if (step === this.#step && nowMs - this.#lineAtMs < pauseMs) return false
    this.#step = step
    this.#lineAtMs = nowMs
    return true
  }

  /** The next report becomes a line, whatever its step. */
  restart(): void {
    this.#step = undefined
  }
}
