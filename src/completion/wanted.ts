import type { Command, Option } from 'commander'

export interface Candidate {
  value: string
  description: string
}

/** What may stand where the cursor is. */
export interface Wanted {
  /** Commands, options and choices, all of them: the beginning that was typed is not looked at. */
  candidates: Candidate[]
  /** Names that only the home knows. */
  names: ('cycles' | 'releases')[]
  paths: 'files' | 'directories' | 'none'
  /** The part of the word that a candidate goes on from: the value in `--kind=corr`. */
  typed: string
}

/**
 * What may stand at the last of these words, the ones after the program's name, by commander's own tables. The last word may be empty.
 * The command that the words name must be configured.
 */
export function wantedAt(program: Command, words: readonly string[]): Wanted {
  const typed = words.at(-1) ?? ''
  const { command, pending, position, given, onlyArguments } = walk(program, words.slice(0, -1))
  if (pending !== null) return { ...ofValue(pending), typed }
  if (!onlyArguments && /^--[^=]*=/.test(typed)) {
    const option = optionNamed(command, typed.slice(0, typed.indexOf('=')))
    return { ...(option === undefined ? nothing : ofValue(option)), typed: typed.slice(typed.indexOf('=') + 1) }
  }
  const argument = command.registeredArguments[position] ?? lastIfVariadic(command)
  const subcommands =
    position === 0
      ? command
          .createHelp()
          .visibleCommands(command)
          .filter((one) => one.name() !== 'help')
      : []
  const takesNone = argument === undefined && subcommands.length === 0
  if (!onlyArguments && (typed.startsWith('-') || takesNone)) return { ...nothing, candidates: optionsLeft(command, given), typed }
  const fromArgument = argument === undefined ? nothing : ofPlace(argument.name(), argument.argChoices)
  const named = subcommands.map((one) => ({ value: one.name(), description: one.description() }))
  return { ...fromArgument, candidates: [...named, ...fromArgument.candidates], typed }
}

const nothing: Omit<Wanted, 'typed'> = { candidates: [], names: [], paths: 'none' }

interface Place {
  command: Command
  /** An option that still wants its value. */
  pending: Option | null
  /** How many arguments were given. */
  position: number
  given: Set<Option>
  /** After `--`. */
  onlyArguments: boolean
}

function walk(program: Command, words: readonly string[]): Place {
  const place: Place = { command: program, pending: null, position: 0, given: new Set(), onlyArguments: false }
  for (const word of words) {
    if (place.pending !== null) place.pending = null
    else if (word === '--' && !place.onlyArguments) place.onlyArguments = true
    else if (word.startsWith('-') && !place.onlyArguments) {
      const option = optionNamed(place.command, word.split('=')[0] ?? word)
      if (option === undefined) continue
      place.given.add(option)
      if ((option.required || option.optional) && !word.includes('=')) place.pending = option
    } else {
      const inner = place.position === 0 ? place.command.commands.find((one) => one.name() === word) : undefined
      if (inner === undefined) place.position += 1
      else place.command = inner
    }
  }
  return place
}

const optionNamed = (command: Command, flag: string): Option | undefined =>
  command.options.find(({ short, long }) => flag === long || flag === short)

const lastIfVariadic = ({ registeredArguments }: Command) => registeredArguments.filter(({ variadic }) => variadic).at(-1)

function optionsLeft(command: Command, given: ReadonlySet<Option>): Candidate[] {
  const options = command.createHelp().visibleOptions(command)
  return options.filter((option) => !given.has(option)).flatMap(({ long, description }) => (long ? [{ value: long, description }] : []))
}

/** The word between the brackets says what is meant: `--base <file>`. */
const ofValue = ({ flags, argChoices }: Option): Omit<Wanted, 'typed'> => ofPlace(/[<[]([^\]>.]+)/.exec(flags)?.[1] ?? '', argChoices)

function ofPlace(word: string, choices: readonly string[] | undefined): Omit<Wanted, 'typed'> {
  if (choices !== undefined) return { ...nothing, candidates: choices.map((value) => ({ value, description: '' })) }
  return { ...nothing, ...places[word] }
}

const places: Readonly<Record<string, Partial<Wanted>>> = {
  cycle: { names: ['cycles'] },
  release: { names: ['releases'] },
  what: { names: ['cycles', 'releases'] },
  model: { names: ['releases'], paths: 'files' },
  file: { paths: 'files' },
  path: { paths: 'files' },
  adapter: { paths: 'files' },
  directory: { paths: 'directories' },
}
