import type { Ora } from 'ora'
import type { Progress } from '../cycle/parts.ts'
import { ProgressPace } from '../cycle/progress-pace.ts'
import type { Step } from '../cycle/step.ts'
import { duration } from './format.ts'
import type { Output } from './output.ts'

/** Shows long work on standard error: a spinner on a terminal, otherwise a line a step and one every half minute. */
export class ProgressDisplay {
  readonly #output: Output
  #spinner: Ora | null = null
  readonly #pace = new ProgressPace()

  constructor(output: Output) {
    this.#output = output
  }

  async show(step: Step | null, progress: Progress, nowMs: number): Promise<void> {
    if (this.#output.json || this.#output.quiet || this.#output.logs) return
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
    if (this.#pace.isDue(step, nowMs)) this.#output.note(text)
  }

  /** Takes the spinner away, so that what is printed next stands alone. */
  clear(): void {
    this.#spinner?.stop()
    this.#spinner = null
    this.#pace.restart()
  }
}

export function describe(step: Step | null, progress: Progress): string {
  const share =
    progress.done !== null && progress.total !== null && progress.total > 0 ? ` ${Math.floor((100 * progress.done) / progress.total)}%` : ''
  const left = progress.timeLeftMs === null ? '' : `, about ${duration(progress.timeLeftMs)} left`
  return `${step === null ? '' : `${step}: `}${progress.text}${share}${left}`
}
