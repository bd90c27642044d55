import { errorTable, GenesisError } from '../errors.ts'
import { problemOf } from '../problem.ts'
import type { Problem } from '../problem.ts'

/** What one examination found. */
export interface Finding {
  /** What was looked at: "engine", "disk". */
  name: string
  level: 'ok' | 'warning' | 'failure'
  /** One plain sentence. */
  what: string
  /** What to do now; null when nothing needs to be done. */
  remedy: string | null
  /** The code of the error that a cycle would end with; null for a finding that is none. */
  code: string | null
  /** Whether the same look may find it mended later without anything being changed by a person. */
  temporary: boolean
}

export const ok = (name: string, what: string): Finding => ({ name, level: 'ok', what, remedy: null, code: null, temporary: false })

export const warning = (name: string, what: string, remedy: string): Finding => ({
  ...{ name, level: 'warning', what, remedy, code: null, temporary: false },
})

export const failure = (name: string, { code, what, remedy }: Problem): Finding => ({
  ...{ name, level: 'failure', what, remedy, code, temporary: errorTable[code].temporary },
})

/** What an examination gives, or the error that kept it from looking, as a finding of its own. */
export async function examined(name: string, look: () => Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await look()
  } catch (error) {
    if (!(error instanceof GenesisError) || error.code === 'GI-INTERRUPTED') throw error
    return [failure(name, problemOf(error))]
  }
}
