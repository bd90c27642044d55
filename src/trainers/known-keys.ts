import { closest } from '../config/suggestion.ts'

/** A trainer's own settings by what may be done with them under `trainer.extra`. */
export interface KnownKeys {
  /** May be set. */
  open: readonly string[]
  /** Written by this program: the trainer's name of it, and the setting to use instead; null where it is not for choosing. */
  ours: Readonly<Record<string, string | null>>
}

/** What is wrong with the keys under `trainer.extra`, in words; empty when all of them are known and free. */
export function extraProblems(extra: Readonly<Record<string, unknown>>, { open, ours }: KnownKeys, title: string): string[] {
  return Object.keys(extra).flatMap((key) => {
    if (open.includes(key)) return []
    if (Object.hasOwn(ours, key)) {
      const instead = ours[key]
      return [`"${key}" of ${title} is ${instead == null ? 'set by genesis-improve' : `set by "trainer.${instead}"`}.`]
    }
    const near = closest(key, [...open, ...Object.keys(ours)])
    return [`${title} has no setting "${key}"${near === undefined ? '.' : `: did you mean "${near}"?`}`]
  })
}

/** Names with white space between them. */
export const wordsOf = (text: string): string[] => text.trim().split(/\s+/)
