import { createHash, timingSafeEqual } from 'node:crypto'
import { isIP } from 'node:net'

/** Whether an address can be reached from this machine only. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}

/**
 * Whether a Host header may be ours. A page elsewhere can make a browser reach this machine under a name of its own (DNS rebinding), never
 * under an address: so names must be known, addresses need not.
 */
export function isOwnHost(header: string | undefined, names: readonly string[]): boolean {
  const name = hostNameOf(header)
  return name !== null && (isIP(name) !== 0 || name === 'localhost' || names.includes(name))
}

/** Of several Host headers Node gives the first; whoever stands in between may have gone by another. `rawHeaders`: names and values in turn. */
export function namesSeveralHosts(rawHeaders: readonly string[]): boolean {
  return rawHeaders.filter((text, index) => index % 2 === 0 && text.toLowerCase() === 'host').length > 1
}

/** A browser sends along from which page a request comes; pages of other places must not change anything here. */
export function isOwnOrigin(origin: string | undefined, host: string | undefined): boolean {
  return origin === undefined || (host !== undefined && (origin === `http://${host}` || origin === `https://${host}`))
}

/** Whether an Authorization header bears the token; takes the same time whatever is in it. */
export function bearsToken(header: string | undefined, token: string): boolean {
  const given = /^bearer +(\S+)$/i.exec(header ?? '')?.[1] ?? ''
  return timingSafeEqual(digestOf(given), digestOf(token))
}

const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest()

/** The name or address in "name:port" or "[address]:port", in small letters; null when it is neither. */
function hostNameOf(header: string | undefined): string | null {
  const [, bracketed, plain] = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::\d{1,5})?$/i.exec(header ?? '') ?? []
  return (bracketed ?? plain)?.toLowerCase().replace(/\.$/, '') ?? null
}
