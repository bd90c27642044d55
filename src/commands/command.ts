import type { Command } from 'commander'
import type { Environment } from '../config/environment.ts'
import type { Home } from '../state/home.ts'
import type { Clock } from '../system/clock.ts'
import type { Output } from '../terminal/output.ts'

/** What every command has at hand. */
export interface Invocation {
  home: Home
  environment: Environment
  clock: Clock
  out: Output
  /** Aborted by TERM and INT. */
  signal: AbortSignal
}

/** Wraps a command's work: it gets an Invocation before commander's own arguments, and gives the exit code. */
export type Act = <A extends unknown[]>(work: (invocation: Invocation, ...given: A) => Promise<number>) => (...given: A) => Promise<void>

export interface CommandModule {
  /** Declares arguments, options, help and the action of the command. */
  configure(command: Command, act: Act): void
}

/** The examples at the end of a command's help. */
export function examples(command: Command, lines: readonly (readonly [example: string, what: string])[]): void {
  const width = Math.max(...lines.map(([example]) => example.length))
  command.addHelpText('after', `\nExamples:\n${lines.map(([example, what]) => `  ${example.padEnd(width)}  # ${what}`).join('\n')}`)
}
