import { GenesisError } from '../errors.ts'

/** An error that is to be kept, without secrets: what a trainer or a server said last may hold what it was given. */
export function concealedError(error: GenesisError, conceal: (text: string) => string): GenesisError {
  const what = conceal(error.what)
  const why = error.why === undefined ? undefined : conceal(error.why)
  if (what === error.what && why === error.why) return error
  const { code, remedy, temporary, cause } = error
  return new GenesisError(code, { what, why, remedy, temporary, cause })
}
