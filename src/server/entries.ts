import { GenesisError } from '../errors.ts'
import type { Learning } from '../learnings/learning.ts'
import { checkLearning } from '../learnings/new-learning.ts'
import { mostEntries, Outcome } from './schemas.ts'

const mostBytes = 1 << 20

/** The learnings in a request's body: one, a list, or a list under "learnings". Throws GI-REQUEST-*, GI-LEARNING-INVALID naming the entry. */
export function learningsIn(body: unknown): Learning[] {
  return eachOf(body, 'learnings', checkLearning)
}

/** The same for outcomes. A success is kept as such; a failure without its correction is an error of the model. */
export function outcomesIn(body: unknown): Learning[] {
  return eachOf(body, 'outcomes', (entry) => {
    const parsed = Outcome.safeParse(entry)
    if (!parsed.success) {
      const why = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'the entry'}: ${message}`).join('; ')
      throw new GenesisError('GI-LEARNING-INVALID', { what: 'The outcome was not recorded.', why })
    }
    const { outcome, answer, ...fields } = parsed.data
    const kept = outcome === 'success' ? { kind: 'success', wanted: answer } : { kind: 'error', wrong: answer }
    return checkLearning({ ...fields, ...kept })
  })
}

function eachOf(body: unknown, key: string, read: (entry: unknown) => Learning): Learning[] {
  const entries = entriesIn(body, key)
  return entries.map((entry, index) => {
    if (bytesOf(entry) > mostBytes) throw new GenesisError('GI-REQUEST-TOO-LARGE', { what: `Entry ${index + 1} has more than 1 MiB.` })
    try {
      return read(entry)
    } catch (error) {
      if (!(error instanceof GenesisError) || entries.length === 1) throw error
      throw new GenesisError(error.code, {
        what: 'None of these was recorded.',
        why: `entry ${index + 1} of ${entries.length}: ${error.why ?? error.what}`,
        cause: error,
      })
    }
  })
}

function entriesIn(body: unknown, key: string): unknown[] {
  if (typeof body !== 'object' || body === null)
    throw new GenesisError('GI-REQUEST-INVALID', { why: 'the body is neither a JSON object nor a list of them' })
  const listed = !Array.isArray(body) && Object.hasOwn(body, key) ? (body as Record<string, unknown>)[key] : body
  const entries: unknown[] = Array.isArray(listed) ? listed : listed === body ? [body] : []
  if (entries.length === 0) throw new GenesisError('GI-REQUEST-INVALID', { why: `there is nothing in it, or "${key}" is no list` })
  if (entries.length > mostEntries)
    throw new GenesisError('GI-REQUEST-TOO-LARGE', { what: `The request holds ${entries.length} entries; it may hold ${mostEntries}.` })
  return entries
}

function bytesOf(entry: unknown): number {
  try {
    return Buffer.byteLength(JSON.stringify(entry))
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new GenesisError('GI-REQUEST-INVALID', { why: 'it is nested too deeply', cause: error })
  }
}
