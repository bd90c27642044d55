/**
 * A text as one word of a POSIX shell, whatever it holds (POSIX.1-2017, Shell Command Language, 2.2.2 Single-Quotes). Plain words stay as they are, so
 * that a login shell of another kind (fish, csh) takes them alike.
 */
export function quoted(text: string): string {
  if (text.includes('\0')) throw new Error('a word with a zero byte')
  return /^[A-Za-z0-9_./:=@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
}

/** Words as one command line. */
export const commandLine = (words: readonly string[]): string => words.map(quoted).join(' ')
