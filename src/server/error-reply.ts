import { GenesisError } from '../errors.ts'
import type { ErrorCode } from '../errors.ts'

/** What goes back over HTTP. */
export interface Reply {
  status: number
  body: unknown
  headers?: Record<string, string>
}

/** What the caller can mend has a status of its own; everything else is ours: 503, so that the caller keeps what it sent and tries again. */
const statuses: Partial<Record<ErrorCode, number>> = {
  'GI-REQUEST-INVALID': 400,
  'GI-TOKEN-WRONG': 401,
  'GI-PATH-UNKNOWN': 404,
  'GI-CYCLE-UNKNOWN': 404,
  'GI-CYCLE-OPEN': 409,
  'GI-LEARNING-CONFLICT': 409,
  'GI-REQUEST-TOO-LARGE': 413,
  'GI-HOST-REFUSED': 421,
  'GI-LEARNING-INVALID': 422,
  'GI-NO-USABLE-LEARNING': 422,
  'GI-BUG': 500,
}

/** An error as a reply. Its document is the one that commands print with --json. */
export function errorReply(error: GenesisError): Reply {
  const status = statuses[error.code] ?? 503
  const headers = status === 401 ? { 'www-authenticate': 'Bearer' } : status === 503 ? { 'retry-after': '10' } : undefined
  return { status, body: { error }, ...(headers && { headers }) }
}

/** Fastify's own refusals carry a status; what carries none is a bug. */
export function toGenesisError(error: unknown): GenesisError {
  if (error instanceof GenesisError) return error
  const why = error instanceof Error ? error.message : String(error)
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500
  if (status === 413) return new GenesisError('GI-REQUEST-TOO-LARGE', { cause: error })
  if (status >= 400 && status < 500) return new GenesisError('GI-REQUEST-INVALID', { why, cause: error })
  return new GenesisError('GI-BUG', { why, cause: error })
}
