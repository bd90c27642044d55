import { GenesisError, systemErrorCode } from '../errors.ts'

/** Texts of Ollama's server and of llama.cpp, by what they mean. */
const noRoom = /requires more system memory|out of memory|unable to allocate|no space left|insufficient memory|cudaMalloc failed/i
const busy = /server busy|maximum pending requests|too many requests/i
const loadFailed =
  /runner process has terminated|error loading model|llama runner|timed out waiting for|connection (?:refused|reset)|unexpected EOF|EOF$/i

/** What an answer with an error status means. `text` is what the server said. */
export function statusError(host: string, status: number, text: string): GenesisError {
  const why = `${host} answered ${status}${text === '' ? '' : `: ${text.slice(0, 300)}`}`
  if (status === 401 || status === 403) return new GenesisError('GI-OLLAMA-DENIED', { why })
  if (status === 404 && /model|manifest/i.test(text)) return new GenesisError('GI-OLLAMA-MODEL-MISSING', { why })
  if (status === 404 || status === 405) return new GenesisError('GI-OLLAMA-UNEXPECTED', { why })
  return saidError(text, status, why)
}

/** What an error means that Ollama wrote into a stream it had begun well. */
export function saidError(text: string, status = 500, why = text): GenesisError {
  if (noRoom.test(text)) return new GenesisError('GI-OLLAMA-NO-ROOM', { why })
  if (status === 503 || status === 429 || busy.test(text)) return new GenesisError('GI-OLLAMA-BUSY', { why })
  if (status >= 500 || loadFailed.test(text)) return new GenesisError('GI-OLLAMA-FAILED', { why })
  return new GenesisError('GI-OLLAMA-REFUSED', { why })
}

/** What it means that a request got no answer, or an answer that broke off. Errors that are no network's are handed back as they are. */
export function networkError(host: string, error: unknown): unknown {
  if (error instanceof GenesisError || !(error instanceof Error)) return error
  if (error.name === 'TimeoutError') return new GenesisError('GI-OLLAMA-AWAY', { why: `${host} did not answer in time`, cause: error })
  const cause = error.cause instanceof AggregateError ? (error.cause.errors as unknown[])[0] : (error.cause ?? error)
  const code = systemErrorCode(cause)
  if (error.name !== 'TypeError' && code === undefined) return error
  if (error instanceof TypeError && error.cause === undefined && error.message !== 'terminated' && error.message !== 'fetch failed')
    return error
  // Its code is not set in every version of Node.
  const isNoHttp = code?.startsWith('HPE_') === true || (cause instanceof Error && cause.name === 'HTTPParserError')
  const reason =
    code === 'ECONNREFUSED'
      ? 'nothing listens there'
      : code === 'ENOTFOUND' || code === 'EAI_AGAIN'
        ? 'no machine of this name is known'
        : isNoHttp
          ? 'it does not speak HTTP'
          : (code ?? (cause instanceof Error ? cause.message : error.message))
  return new GenesisError(isNoHttp ? 'GI-OLLAMA-UNEXPECTED' : 'GI-OLLAMA-AWAY', { why: `${host}: ${reason}`, cause: error })
}
