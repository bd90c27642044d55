import type { Ora } from 'ora'
import type { Progress } from '../cycle/parts.ts'
import type { Step } from '../cycle/step.ts'
import { duration } from './format.ts'
import type { Output } from './output.ts'

/** Shows long work on standard error: a spinner on a terminal, otherwise a line a step and one every half minute. */
export class ProgressDisplay {
  readonly #output: Output
  #spinner: Ora | null = null
  #lastStep: Step | null = null
  #lastLineAt = 0

  constructor(output: Output) {
    this.#output = output
  }

  async show(step: Step | null, progress: Progress, nowMs: number): Promise<void> {
    if (this.#output.json || this.#output.quiet) return
    const text = describe(step, progress)
    if (this.#output.interactive) {
      if (this.#spinner === null) {
        const { default: ora } = await import('ora')
        this.#spinner ??= ora({ color: 'cyan', discardStdin: false })
        this.#spinner.start(text)
      }
      this.#spinner.text = text
      return
    }
    if (step !== this.#lastStep || nowMs - this.#lastLineAt >= 30_000) {
      this.#output.note(text)
      this.#lastStep = step
      this.#lastLineAt = nowMs
    }
  }

  /** Takes the spinner away, so that what is printed next stands alone. */
  clear(): void {
    this.#spinner?.stop()
    this.#spinner = null
    this.#lastStep = null
  }
}

export function describe(step: Step | null, progress: Progress): string {
  const share =
    progress.done !== null && progress.total !== null && progress.total > 0 ? ` ${Math.floor((100 * progress.done) / progress.total)}%` : ''
  const left = progress.timeLeftMs === null ? '' : `, about ${duration(progress.timeLeftMs)} left`
  return `${step === null ? '' : `${step}: `}${progress.text}${share}${left}`
}
