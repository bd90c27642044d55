import { InvalidArgumentError, Option } from 'commander'
import type { Command } from 'commander'
import type { Environment } from '../config/environment.ts'
import type { Home } from '../state/home.ts'
import type { Clock } from '../system/clock.ts'
import type { Concealer } from '../system/concealer.ts'
import type { LogFormat } from '../terminal/open-log.ts'
import type { Output } from '../terminal/output.ts'

/** What every command has at hand. */
export interface Invocation {
  home: Home
  environment: Environment
  clock: Clock
  out: Output
  /** What must not be said or written down. */
  secrets: Concealer
  /** Aborted by TERM and INT. */
  signal: AbortSignal
}

/** Wraps a command's work: it gets an Invocation before commander's own arguments, and gives the exit code. */
export type Act = <A extends unknown[]>(work: (invocation: Invocation, ...given: A) => Promise<number>) => (...given: A) => Promise<void>

export interface CommandModule {
  /** Declares arguments, options, help and the action of the command. */
  configure(command: Command, act: Act): void
}

export interface GlobalOptions {
  home?: string
  json?: boolean
  quiet?: boolean
  color?: boolean
  logFormat?: LogFormat
}

/** The options that every command has, so that they may stand anywhere on the line. */
export function withGlobalOptions(command: Command): Command {
  return command
    .option('--home <directory>', 'the home to work in (default: GENESIS_HOME, else the current directory)')
    .option('--json', 'print one JSON document on standard output')
    .option('--quiet', 'print nothing but errors')
    .option('--no-color', 'print without colours')
    .addOption(
      new Option(
        '--log-format <format>',
        'what standard error gets: text for people, or a JSON line an event (default: json under systemd)',
      ).choices(['human', 'json'] satisfies LogFormat[]),
    )
}

/** What was given of them on the whole line: a switch counts wherever it stands, and the home and the format that stand nearest to the command. */
export function globalOptionsOf(command: Command): GlobalOptions {
  const chain: GlobalOptions[] = []
  for (let one: Command | null = command; one !== null; one = one.parent) chain.push(one.opts())
  const home = chain.find((options) => options.home !== undefined)?.home
  const logFormat = chain.find((options) => options.logFormat !== undefined)?.logFormat
  return {
    ...(home !== undefined && { home }),
    ...(logFormat !== undefined && { logFormat }),
    json: chain.some(({ json }) => json === true),
    quiet: chain.some(({ quiet }) => quiet === true),
    color: chain.every(({ color }) => color !== false),
  }
}

const columns = 80

/** The examples at the end of a command's help: what each does stands beside it, or above it where one of them is too wide. */
export function examples(command: Command, lines: readonly (readonly [example: string, what: string])[]): void {
  const width = Math.max(...lines.map(([example]) => example.length))
  const beside = lines.map(([example, what]) => `  ${example.padEnd(width)}  # ${what}`)
  const shown = beside.every((line) => line.length <= columns) ? beside : lines.map(([example, what]) => `  # ${what}\n  ${example}`)
  command.addHelpText('after', `\nExamples:\n${shown.join('\n')}`)
}

/** Reads an option or argument that is a whole number in a range; anything else is a usage error. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (!/^\d+$/.test(text) || value < least || value > most)
      throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`)
    return value
  }
}
