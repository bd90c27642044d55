import { Chalk } from 'chalk'
import type { ChalkInstance } from 'chalk'

export interface OutputOptions {
  json: boolean
  quiet: boolean
  /** Whether colour may be used at all (no --no-color, no NO_COLOR). */
  colour: boolean
  standardOutput: NodeJS.WriteStream
  standardError: NodeJS.WriteStream
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
    return isTTY && columns > 0 && !this.json && !this.quiet
  }

  /** Whether standard error may be coloured. */
  get colourOnError(): boolean {
    return this.#options.colour && this.#options.standardError.isTTY
  }

  /** One JSON document a line, for a command that goes on for long. */
  line(document: unknown): void {
    this.#options.standardOutput.write(`${JSON.stringify(document)}\n`)
  }

  /** Lines for people, on standard output; nothing with --json or --quiet. */
  print(text: string): void {
    if (!this.json && !this.quiet && text !== '') this.#options.standardOutput.write(`${text}\n`)
  }

  /** The command's result: with --json one document, otherwise the lines that `human` gives. */
  result(document: unknown, human: () => string): void {
    if (this.json) this.#options.standardOutput.write(`${JSON.stringify(document, null, 2)}\n`)
    else this.print(human())
  }

  /** Said beside the result, on standard error; nothing with --quiet. */
  note(text: string): void {
    if (!this.quiet) this.#options.standardError.write(`${text}\n`)
  }

  /** Errors are said even with --quiet. */
  error(text: string): void {
    this.#options.standardError.write(`${text}\n`)
  }

  /** The JSON form of an error goes where the caller reads the result. */
  errorDocument(document: unknown): void {
    this.#options.standardOutput.write(`${JSON.stringify(document, null, 2)}\n`)
  }
}
