const canonical = /^\d{4}-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-5]\d\.\d{3}Z$/
const iso = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(?::(\d\d)(?:[.,](\d+))?)?\s*(Z|[+-]\d\d:?\d\d)?)?$/i
const digits = /^\d{9,13}(?:\.\d+)?$/
/** Numbers below this are seconds (it would be the year 5138), the others milliseconds. */
const secondsEnd = 1e11
/** Milliseconds from here on are no date that a learning can have (the year 5138 again): rather micro- or nanoseconds. */
const millisecondsEnd = 1e14

export interface Timestamp {
  iso: string
  /** Milliseconds since 1970. */
  ms: number
}

/**
 * Reads ISO 8601 (without a zone it is taken as UTC, so that the result does not depend on where we run), seconds or milliseconds
 * since 1970, as number or digits. Null when it is none of these.
 */
export function readTimestamp(value: unknown): Timestamp | null {
  if (typeof value === 'number') return fromNumber(value)
  if (typeof value !== 'string') return null
  if (canonical.test(value)) return fromCanonical(value)
  const text = value.trim()
  if (digits.test(text)) return fromNumber(Number(text))
  const parts = iso.exec(text)
  if (parts === null) return null
  const [year = 0, month = 0, day = 0] = (parts[1] ?? '').split('-').map(Number)
  if (!isDate(year, month, day)) return null
  const [, date = '', minutes = '00:00', seconds = '00', fraction = '', zone = 'Z'] = parts
  return fromMilliseconds(Date.parse(`${date}T${minutes}:${seconds}.${fraction.padEnd(3, '0').slice(0, 3)}${withColon(zone)}`))
}

/** The common case: a third of the time that Date.parse takes. */
function fromCanonical(iso: string): Timestamp | null {
  const two = (index: number): number => iso.charCodeAt(index) * 10 + iso.charCodeAt(index + 1) - 528
  const [year, month, day, hour] = [two(0) * 100 + two(2), two(5), two(8), two(11)]
  if (hour > 23 || !isDate(year, month, day)) return null
  const milliseconds = (iso.charCodeAt(20) - 48) * 100 + two(21)
  return { iso, ms: Date.UTC(year, month - 1, day, hour, two(14), two(17), milliseconds) }
}

/** Date.parse and Date.UTC take 30 February for 2 March. */
function isDate(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1) return false
  return day <= 28 || day <= new Date(Date.UTC(year, month, 0)).getUTCDate()
}

function withColon(zone: string): string {
  return zone.length === 5 ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone.toUpperCase()
}

function fromNumber(value: number): Timestamp | null {
  if (!(value > 0) || value >= millisecondsEnd) return null
  return fromMilliseconds(Math.round(value < secondsEnd ? value * 1000 : value))
}

function fromMilliseconds(ms: number): Timestamp | null {
  return Number.isNaN(ms) ? null : { iso: new Date(ms).toISOString(), ms }
}
