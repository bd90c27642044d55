import { GenesisError } from '../errors.ts'
import type { ErrorCode } from '../errors.ts'

/** What a check tells the address under hooks.ping_url. */
type Ping = 'start' | 'success' | 'fail'

const timeLimitMs = 10_000

/** The address for a ping: its path gets /start or /fail, whatever stands behind it in the query. */
export function pingAddress(base: string, ping: Ping): string {
  const address = new URL(base)
  if (ping !== 'success') address.pathname = `${address.pathname.replace(/\/$/, '')}/${ping}`
  return address.href
}

/** Another call is at work, or the machine goes down: the timer works, and nothing is wrong. */
const harmless: ReadonlySet<ErrorCode> = new Set(['GI-LOCKED', 'GI-INTERRUPTED'])

/** Looks, and tells the address before and after; without one it just looks. An address that can't be called changes nothing. */
export async function withPings<Result extends { explanation: string; error: GenesisError | null }>(
  base: string | undefined,
  look: () => Promise<Result>,
  notice: (text: string) => void,
): Promise<Result> {
  if (base === undefined) return await look()
  const ping = async (kind: Ping, text: string): Promise<void> => {
    const failure = await sendPing(base, kind, text)
    if (failure !== null) notice(`The address under hooks.ping_url could not be called: ${failure}.`)
  }
  await ping('start', '')
  try {
    const result = await look()
    await ping(result.error === null ? 'success' : 'fail', result.error?.what ?? result.explanation)
    return result
  } catch (error) {
    const isHarmless = error instanceof GenesisError && harmless.has(error.code)
    await ping(isHarmless ? 'success' : 'fail', error instanceof GenesisError ? error.what : 'a bug')
    throw error
  }
}

/** Calls the address; `text` is shown beside the ping there. Gives why that failed, without the address, which is a secret; null otherwise. */
async function sendPing(base: string, ping: Ping, text: string): Promise<string | null> {
  try {
    const { ok, status } = await fetch(pingAddress(base, ping), { method: 'POST', body: text, signal: AbortSignal.timeout(timeLimitMs) })
    return ok ? null : `it answered ${status}`
  } catch (error) {
    const cause = error instanceof Error ? (error.cause ?? error) : error
    return cause instanceof Error && 'code' in cause ? String(cause.code) : cause instanceof Error ? cause.name : String(cause)
  }
}
