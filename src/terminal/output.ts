import { Chalk } from 'chalk'
import type { ChalkInstance } from 'chalk'
import type { GenesisError } from '../errors.ts'
import type { Log, LogEntry } from '../system/log.ts'
import { explainError } from './error.ts'

export interface OutputOptions {
  json: boolean
  quiet: boolean
  /** Whether colour may be used at all (no --no-color, no NO_COLOR). */
  colour: boolean
  standardOutput: NodeJS.WriteStream
  standardError: NodeJS.WriteStream
  /** Takes secrets out of a text. */
  conceal: (text: string) => string
  /** Where everything goes that else stands as text on standard error; null for text. */
  log: Log | null
}

/** Everything that is printed goes through here: results to standard output, the rest to standard error. */
export class Output {
  readonly json: boolean
  readonly quiet: boolean
  /** Colours for standard output; plain where it is no terminal. */
  readonly paint: ChalkInstance
  readonly #options: OutputOptions

  constructor(options: OutputOptions) {
    this.#options = options
    this.json = options.json
    this.quiet = options.quiet
    this.paint = new Chalk({ level: options.colour && !options.json && options.standardOutput.isTTY ? 1 : 0 })
  }

  /** Whether progress may draw over its own line. A terminal that does not know its width would be cleared without end. */
  get interactive(): boolean {
    const { isTTY, columns } = this.#options.standardError
    return isTTY && columns > 0 && !this.json && !this.quiet && !this.logs
  }

  /** Whether standard error is a log of JSON lines. */
  get logs(): boolean {
    return this.#options.log !== null
  }

  /** One JSON document a line, for a command that goes on for long. */
  line(document: unknown): void {
    this.#say(JSON.stringify(document))
  }

  /** Lines for people, on standard output; nothing with --json or --quiet. */
  print(text: string): void {
    if (!this.json && !this.quiet && text !== '') this.#say(shownSafely(text))
  }

  /** The command's result: with --json one document, otherwise the lines that `human` gives. */
  result(document: unknown, human: () => string): void {
    if (this.json) this.#say(JSON.stringify(document, null, 2))
    else this.print(human())
  }

  /** Said beside the result, on standard error; nothing with --quiet. */
  note(text: string): void {
    if (this.logs) this.log({ level: 'info', event: 'note', cycle: null, step: null, message: text })
    else if (!this.quiet) this.#sayOnError(text)
  }

  /** A line of the log, where standard error is one; with --quiet only errors. */
  log(entry: LogEntry): void {
    if (!this.quiet || entry.level === 'error') this.#options.log?.(entry)
  }

  /** Errors are said even with --quiet. */
  error(text: string): void {
    if (this.logs) this.log({ level: 'error', event: 'error', cycle: null, step: null, message: text })
    else this.#sayOnError(text)
  }

  /** An error of ours: what happened, why, what to do. `at` says during what. */
  failure(error: GenesisError, at: Pick<LogEntry, 'cycle' | 'step'> = { cycle: null, step: null }): void {
    const { code, what, why, remedy } = error
    if (this.logs) this.log({ level: 'error', event: 'error', ...at, code, why, remedy, message: what })
    else this.#sayOnError(explainError(error, this.#options.colour && this.#options.standardError.isTTY))
  }

  /** The JSON form of an error goes where the caller reads the result. */
  errorDocument(document: unknown): void {
    this.#say(JSON.stringify(document, null, 2))
  }

  #say(text: string): void {
    this.#options.standardOutput.write(`${this.#options.conceal(text)}\n`)
  }

  #sayOnError(text: string): void {
    this.#options.standardError.write(`${this.#options.conceal(shownSafely(text))}\n`)
  }
}

// Of what begins with an escape, colours alone may pass.
// eslint-disable-next-line no-control-regex
const controls = /\u001b(?!\[[\d;]*m)|[\u0000-\u0008\u000b-\u001a\u001c-\u001f\u007f-\u009f]/g

/** What people wrote, or a model answered, must not steer the terminal that shows it. */
export const shownSafely = (text: string): string => text.replaceAll(controls, '\ufffd')
