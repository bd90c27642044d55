/** What `toISOString` writes. */
const canonical = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/
const iso = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(?::(\d\d)(?:[.,](\d+))?)?\s*(Z|[+-]\d\d:?\d\d)?)?$/i
const digits = /^\d{9,13}(?:\.\d+)?$/
/** Numbers below this are seconds (it would be the year 5138), the others milliseconds. */
const secondsEnd = 1e11
/** Milliseconds from here on are no date that a learning can have (the year 5138 again): rather micro- or nanoseconds. */
const millisecondsEnd = 1e14

/**
 * Reads ISO 8601 (without a zone it is taken as UTC, so that the result does not depend on where we run), seconds or milliseconds
 * since 1970, as number or digits. Gives it as `toISOString` writes it, so that two can be
 * compared as texts; null when it is none of these.
 */
export function readTimestamp(value: unknown): string | null {
  if (typeof value === 'number') return fromNumber(value)
  if (typeof value !== 'string') return null
  if (canonical.test(value)) return mayBeMissing(value) && !isDate(value) ? null : value
  const text = value.trim()
  if (digits.test(text)) return fromNumber(Number(text))
  const parts = iso.exec(text)
  if (parts === null || !isDate(text)) return null
  const [, date = '', minutes = '00:00', seconds = '00', fraction = '', zone = 'Z'] = parts
  return fromMilliseconds(Date.parse(`${date}T${minutes}:${seconds}.${fraction.padEnd(3, '0').slice(0, 3)}${withColon(zone)}`))
}

/** Whether the day is one that not every month has: 29 to 31. */
function mayBeMissing(text: string): boolean {
  return text.startsWith('3', 8) || text.startsWith('29', 8)
}

/** Whether the date at the beginning exists: Date.parse takes 30 February for 2 March. */
function isDate(text: string): boolean {
  const day = Number(text.slice(8, 10))
  const month = Number(text.slice(5, 7))
  if (day <= 28) return day > 0 && month > 0 && month <= 12
  return day <= new Date(Date.UTC(Number(text.slice(0, 4)), month, 0)).getUTCDate()
}

function withColon(zone: string): string {
  return zone.length === 5 ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone.toUpperCase()
}

function fromNumber(value: number): string | null {
  if (!(value > 0) || value >= millisecondsEnd) return null
  return fromMilliseconds(Math.round(value < secondsEnd ? value * 1000 : value))
}

function fromMilliseconds(ms: number): string | null {
  return Number.isNaN(ms) ? null : new Date(ms).toISOString()
}
