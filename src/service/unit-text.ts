/** A unit's sections, each a list of settings in their order; a text without "=" is a comment. */
export type UnitSections = Readonly<Record<string, readonly string[]>>

/** The first line of every file that install-service writes: only such files are replaced or taken away. */
export const ownMark = '# Written by "genesis-improve install-service"'

/** A unit as systemd reads it. */
export function unitText(about: string, sections: UnitSections): string {
  const parts = Object.entries(sections).map(([name, settings]) => [`[${name}]`, ...settings.map(lineOf)].join('\n'))
  return `${ownMark}; change it by "systemctl edit", which keeps your settings apart.\n# ${about}\n${parts.join('\n\n')}\n`
}

const lineOf = (setting: string): string => (/^[A-Z]\w*=/.test(setting) ? setting : `# ${setting}`)

/** A word of a list: in quotes where it needs them, with nothing that systemd would replace. */
export function quoted(word: string): string {
  const escaped = word.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('%', '%%')
  return /^[\w@%+=:,./-]+$/.test(escaped) ? escaped : `"${escaped}"`
}

/** A command line; here, and only here, a dollar sign would stand for a variable. */
export const commandLine = (words: readonly string[]): string => words.map((word) => quoted(word.replaceAll('$', '$$$$'))).join(' ')

/** A path in a setting that takes the rest of its line. */
export const unquoted = (path: string): string => path.replaceAll('%', '%%')
