import { GenesisError } from '../../src/errors.ts'
import type { ErrorCode } from '../../src/errors.ts'

export const isGenesisError =
  (code: ErrorCode) =>
  (error: unknown): boolean =>
    error instanceof GenesisError && error.code === code
