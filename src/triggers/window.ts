/** A time of day in which training may run, as `HH:MM-HH:MM` of the machine's own time; one that ends before it begins goes over midnight. */
export const windowPattern = /^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)$/

const dayMinutes = 24 * 60

/** Milliseconds until the window ends; null outside of it. */
export function windowLeftMs(window: string, now: Date): number | null {
  const { begin, end } = minutesOf(window)
  const minute = now.getHours() * 60 + now.getMinutes()
  const length = (end - begin + dayMinutes) % dayMinutes || dayMinutes
  const since = (minute - begin + dayMinutes) % dayMinutes
  if (since >= length) return null
  return (length - since) * 60_000 - now.getSeconds() * 1000 - now.getMilliseconds()
}

function minutesOf(window: string): { begin: number; end: number } {
  const [, beginHour, beginMinute, endHour, endMinute] = windowPattern.exec(window) ?? []
  return { begin: Number(beginHour) * 60 + Number(beginMinute), end: Number(endHour) * 60 + Number(endMinute) }
}
