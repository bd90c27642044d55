import type { ErrorCode, GenesisError } from './errors.ts'

/** Something that keeps a part from working, in words for the user. */
export interface Problem {
  /** The code of the error it becomes when the work is tried all the same. */
  code: ErrorCode
  what: string
  remedy: string
}

/** An error as a problem: what happened and why in one text. */
export function problemOf({ code, what, why, remedy }: GenesisError): Problem {
  return { code, what: why === undefined ? what : `${what} ${why}`, remedy }
}
