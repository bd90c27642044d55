import type { ErrorCode } from './errors.ts'

/** Something that keeps a part from working, in words for the user. */
export interface Problem {
  /** The code of the error it becomes when the work is tried all the same. */
  code: ErrorCode
  what: string
  remedy: string
}
