/** On one line, cut where it is longer than the width. */
export function shorten(text: string, width: number): string {
  const line = text.replaceAll(/\s+/g, ' ')
  return line.length > width ? `${line.slice(0, width - 3)}...` : line
}

/** A word of a command line as a shell takes it. */
export const shellWord = (text: string): string => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`)

/** `1,234`; toLocaleString would load every language's rules first. */
export const count = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, ',')

/** `1 learning`, `2 learnings`. */
export const plural = (value: number, one: string, many = `${one}s`): string => `${count(value)} ${value === 1 ? one : many}`

/** A share as `93.4%`. */
export const percent = (value: number): string => `${(100 * value).toFixed(1)}%`

/** A level or what there is to spend of it: two significant digits, without trailing noughts. */
export const level = (value: number): string => String(Number(value.toPrecision(2)))

/** A difference of shares as `+4.2 points`. */
export const points = (value: number): string => `${value < 0 ? '-' : '+'}${Math.abs(100 * value).toFixed(1)} points`

/** `831 bytes`, `12.3 kB`, `4.1 GB`; a kB is 1,000 bytes. */
export function byteSize(bytes: number): string {
  if (bytes < 1000) return plural(bytes, 'byte')
  const power = Math.min(4, Math.floor(Math.log10(bytes) / 3))
  return `${(bytes / 1000 ** power).toFixed(1)} ${['', 'kB', 'MB', 'GB', 'TB'][power]}`
}

/** `45 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`. */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000))
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`
  const hours = Math.floor(minutes / 60)
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`
  const days = Math.floor(hours / 24)
  return hours % 24 === 0 ? `${days} d` : `${days} d ${hours % 24} h`
}

/** `2026-01-31 14:05 UTC`, or a dash. */
export const moment = (iso: string | null): string => (iso === null ? '-' : `${iso.slice(0, 16).replace('T', ' ')} UTC`)

/** Columns padded to their widest cell; the first is left-aligned, the others right-aligned where `right` says so. */
export function table(rows: readonly (readonly string[])[], right: readonly number[] = []): string {
  const widths: number[] = []
  for (const row of rows) row.forEach((cell, column) => (widths[column] = Math.max(widths[column] ?? 0, cell.length)))
  return rows
    .map((row) =>
      row
        .map((cell, column) => (right.includes(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** Breaks a text at spaces so that no line is wider than `width`; later lines are indented by `indent` spaces. */
export function wrap(text: string, width = 80, indent = 0): string {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    const room = lines.length === 0 ? width : width - indent
    if (line !== '' && line.length + 1 + word.length > room) {
      lines.push(line)
      line = word
    } else {
      line = line === '' ? word : `${line} ${word}`
    }
  }
  lines.push(line)
  return lines.join(`\n${' '.repeat(indent)}`)
}
