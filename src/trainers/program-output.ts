import type { TrainingProgress } from './port.ts'
import type { ProgressReading, StepSpan } from './recipe.ts'

/** What a line of a training program says about its progress, as far as it does. */
export interface Reported {
  step?: number
  totalSteps?: number
  loss?: number
  /** Whether the line stands for one more step. */
  another?: boolean
}

/**
 * Understands JSON lines `{"step","total","loss"}`, what the Trainer of transformers logs (`{'loss': 1.2, ...}`) and tqdm's bars (`12/100 [`), so that most
 * programs need no change.
 */
export function readProgress(line: string): Reported {
  // A bar is drawn over and over on one line; the newest counts.
  const newest = line.split('\r').at(-1) ?? ''
  const json = newest.trim().startsWith('{') ? fromJson(newest) : {}
  if (json.step !== undefined || json.loss !== undefined) return json
  const bar = /(?:^|[\s|])(\d+)\/(\d+) \[/.exec(newest)
  const loss = /'loss': '?(-?\d+(?:\.\d+)?(?:e[-+]?\d+)?)'?/i.exec(newest)
  return {
    ...(bar === null ? {} : { step: Number(bar[1]), totalSteps: Number(bar[2]) }),
    ...(loss === null ? {} : { loss: Number(loss[1]) }),
  }
}

function fromJson(line: string): Reported {
  try {
    const { step, total, totalSteps, loss } = JSON.parse(line) as Record<string, unknown>
    const all = total ?? totalSteps
    return {
      ...(typeof step === 'number' ? { step } : {}),
      ...(typeof all === 'number' ? { totalSteps: all } : {}),
      ...(typeof loss === 'number' ? { loss } : {}),
    }
  } catch (error) {
    if (error instanceof SyntaxError) return {}
    throw error
  }
}

/** Adds up what lines say to the one shape of progress. `read` understands a line; steps are counted from `done` on, and `seen` beyond it. */
export class ProgressReader implements ProgressReading {
  #known: Reported = {}
  readonly #startedMs: number
  readonly #span: StepSpan
  readonly #read: (line: string) => Reported

  constructor(startedMs: number, span: StepSpan = { done: 0, total: null }, read: (line: string) => Reported = readProgress, seen = 0) {
    this.#startedMs = startedMs
    this.#span = span
    this.#read = read
    if (seen > 0) this.#known = { step: seen }
  }

  get lastLoss(): number | null {
    return this.#known.loss ?? null
  }

  get steps(): number {
    return this.#span.done + (this.#known.step ?? 0)
  }

  /** Null when the line says nothing new. */
  take(line: string, nowMs: number): TrainingProgress | null {
    const said = this.#read(line)
    if (Object.keys(said).length === 0) return null
    const counted = said.another === true ? { step: (this.#known.step ?? 0) + 1 } : {}
    this.#known = { ...this.#known, ...said, ...counted }
    const { step: now = 0, totalSteps = 0, loss = null } = this.#known
    const [step, total] = [this.steps, this.#span.total ?? this.#span.done + totalSteps]
    const timeLeftMs = now > 0 && total >= step ? Math.round(((nowMs - this.#startedMs) / now) * (total - step)) : null
    return { step, totalSteps: Math.max(total, step), loss, timeLeftMs }
  }
}

/** The line that says why a program failed: of Python's traceback the exception, else the last words. */
export function failureCause(lastLines: readonly string[]): string {
  const lines = lastLines.map((line) => line.trim()).filter((line) => line !== '')
  const raised = lines.findLast(
    (line) => /^[\w.]*(?:Error|Exception|Interrupt|Exit|Warning)\b/.test(line) && !/^[\w.]*Warning\b/.test(line),
  )
  return (raised ?? lines.at(-1) ?? 'it said nothing').slice(0, 400)
}
